/** The JSON documents of an archive, as far as checking it needs them. */
import * as v from "valibot";
import {
  anyObject,
  anything,
  name,
  readForeign,
} from "../published/foreign.ts";
import type { Json } from "../stage/json.ts";
import { type Lock, parseLock } from "../published/lock.ts";
import { CLAIMS, LOCKED, RUN } from "./layout.ts";
import { type Container, Refused } from "./container.ts";

const ClaimsSchema = v.object({
  claims: v.array(
    v.object({
      id: name,
      sentence: v.string("this is no text"),
      verdict: v.string("this is no text"),
      /** As the configuration had it: what a judge takes. */
      claim: anyObject,
    }, "this is no claim"),
    "this is no list",
  ),
}, "it is no list of claims");

/** A claim as an archive has it. */
type ArchivedClaim = v.InferOutput<
  typeof ClaimsSchema
>["claims"][number];

/** A JSON document of a shape; throws `Refused` if it is none. */
export function readShape<Schema extends v.GenericSchema>(
  container: Container,
  name: string,
  schema: Schema,
): v.InferOutput<Schema> {
  const read = readForeign(
    schema,
    new TextDecoder().decode(container.read(name)),
  );
  if (!read.ok) throw new Refused(`${name}: ${read.problem}`);
  return read.value;
}

/** A JSON document; throws `Refused` if it is none. */
export function readJson(container: Container, name: string): Json {
  return readShape(container, name, anything);
}

/** The published run. */
export function readRun(container: Container): Lock {
  const lock = parseLock(new TextDecoder().decode(container.read(RUN)));
  if (!lock.ok) throw new Refused(`${RUN}: ${lock.failure.seen}`);
  return lock.value;
}

/** The claims. */
export function readClaims(container: Container): ArchivedClaim[] {
  return readShape(container, CLAIMS, ClaimsSchema).claims;
}

/** What is read of Deno's lock file. */
const PackagesSchema = v.object({
  npm: v.optional(
    v.record(
      v.string(),
      v.object({ integrity: v.optional(v.string("this is no text")) }),
      "this is no list of packages",
    ),
    {},
  ),
}, "it is no lock file");

/** The npm packages of the sources' lock, by `name@version`. */
export function readPackages(
  container: Container,
): v.InferOutput<typeof PackagesSchema>["npm"] {
  return readShape(container, LOCKED, PackagesSchema).npm;
}
