/** `params/release.json`: the statement of an archive, and the edition of its documents. */
import * as v from "valibot";
import { anyObject } from "../published/foreign.ts";
import { canonicalPretty } from "../stage/json.ts";
import type { Container } from "./container.ts";
import { json } from "./derivation.ts";
import { readShape } from "./documents.ts";
import { edition } from "./edition.ts";
import { RELEASE } from "./layout.ts";
import type { Statement } from "./release.ts";

/** The text of the file. */
export function releaseFile(statement: Statement): string {
  return canonicalPretty(json({ edition: edition(), ...statement }));
}

// Only what decides what is looked at. The documents are made from the rest, and
// where that is of another form than ours, none is what it should be.
const StatementSchema = v.looseObject({
  edition: v.string("this is no edition"),
  publication: anyObject,
  sources: v.looseObject({
    executables: v.array(v.string("this is no text"), "this is no list"),
  }, "this is nothing about sources"),
  data: v.boolean("this is no truth value"),
  missing: v.array(v.string("this is no text"), "this is no list"),
  verdicts: v.optional(v.string("this is no text")),
  vendor: v.optional(v.looseObject({})),
}, "it is no statement");

/** What an archive says of itself, and in which edition. */
export function readStatement(
  container: Container,
): { readonly edition: string; readonly statement: Statement } {
  const { edition, ...statement } = readShape(
    container,
    RELEASE,
    StatementSchema,
  );
  return { edition, statement: statement as unknown as Statement };
}
