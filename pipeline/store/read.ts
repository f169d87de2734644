/** JSON that is read from the store, or from where people can edit it. */
import * as v from "valibot";
import { isDigest } from "./digest.ts";
import { readStored } from "./disk.ts";

/** A digest, in what is read. */
export const DIGEST = v.pipe(v.string(), v.check(isDigest));

/** What a file says, if it is a plain one, JSON, and of the right form. */
export function readJson<Output>(
  path: string,
  schema: v.GenericSchema<unknown, Output>,
): Output | undefined {
  const text = readStored(path);
  if (text === undefined) return;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return;
    throw error;
  }
  return v.is(schema, value) ? value as Output : undefined;
}
