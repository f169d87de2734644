/**
 * JSON that somebody else wrote, at one door. What comes through is of the shape
 * that was asked for, not deeper than a recursion bears, without numbers that
 * JSON cannot write again, and without keys that objects have of their own.
 * Whatever else it says is for the caller to judge. Part of every archive's
 * verifier.
 */
import * as v from "valibot";
import type { Json } from "../stage/json.ts";
import { isName } from "../stage/names.ts";

/** A value, or what is wrong with the text, as a part of a sentence: "it is no JSON". */
export type Read<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problem: string };

/** Ours are less than ten deep. */
const DEEPEST = 100;

/** Reads a text as JSON of a shape. */
export function readForeign<Schema extends v.GenericSchema>(
  schema: Schema,
  text: string,
): Read<v.InferOutput<Schema>> {
  const no = (problem: string) => ({ ok: false, problem }) as const;
  if (isDeeper(text, DEEPEST)) return no("its brackets are nested too deep");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return no(`it is no JSON: ${error.message}`);
  }
  const odd = oddity(value as Json);
  if (odd !== undefined) return no(odd);
  const found = v.safeParse(schema, value, { abortEarly: true });
  if (found.success) return { ok: true, value: found.output };
  const [{ message }] = found.issues;
  const at = v.getDotPath(found.issues[0]);
  return no(at === null ? message : `at "${at}": ${message}`);
}

/** Looked at before anything recurses into it; brackets in strings do not count. */
function isDeeper(text: string, most: number): boolean {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const mark = text[at];
    if (quoted && mark === "\\") at++;
    else if (mark === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (mark === "[" || mark === "{") depth++;
    else if (mark === "]" || mark === "}") depth--;
    if (depth > most) return true;
  }
  return false;
}

/** What canonical JSON cannot say, or what means something else to JavaScript. */
function oddity(value: Json): string | undefined {
  if (typeof value === "number" && !Number.isFinite(value)) {
    return "a number in it is too large";
  }
  if (value === null || typeof value !== "object") return undefined;
  for (const [key, inner] of Object.entries(value)) {
    if (key === "__proto__" || key === "constructor" || key === "prototype") {
      return `"${key}" is no name for a value`;
    }
    const found = oddity(inner);
    if (found !== undefined) return found;
  }
}

/** Any JSON: the door itself has looked at it. */
export const anything = v.custom<Json>(() => true);

/** An object with whatever is in it. */
export const anyObject = v.custom<{ readonly [key: string]: Json }>(
  (value) =>
    typeof value === "object" && value !== null && !Array.isArray(value),
  "this is no object",
);

/** A text that is a name. */
export const name = v.pipe(
  v.string("this is no text"),
  v.check(isName, "this is no name"),
);
