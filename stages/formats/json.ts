/**
 * Reads the JSON files that stages hand to each other. Each format beside this
 * module is a schema and the type that follows from it; here is the one reader
 * of them all. The one writer is `canonicalPretty` of a value of the type: it
 * loads no schema, so that a new version of valibot does not train every network
 * again.
 */
import * as v from "valibot";
import { StageError } from "../../pipeline/stage/task.ts";

/** The content of a file, checked; fields that the schema does not name are left out. */
export function readJson<Schema extends v.GenericSchema>(
  path: string,
  schema: Schema,
): v.InferOutput<Schema> {
  return parseJson(Deno.readTextFileSync(path), schema, path);
}

/**
 * The same from the text of the file that is called `where`.
 *
 * @throws StageError that names the file and what is wrong in it.
 */
export function parseJson<Schema extends v.GenericSchema>(
  text: string,
  schema: Schema,
  where: string,
): v.InferOutput<Schema> {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new StageError(`Cannot read ${where}`, `no JSON: ${error.message}`);
  }
  const found = v.safeParse(schema, content);
  if (found.success) return found.output;
  const [issue] = found.issues;
  const place = v.getDotPath(issue) ?? "its top";
  throw new StageError(`Cannot read ${where}`, `at ${place}: ${issue.message}`);
}
