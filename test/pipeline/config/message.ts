/** A failure as a person reads it, in one text. */
import type { Failure, Result } from "../../../pipeline/failure.ts";

/** The failure of a result as what, seen and hint, each on its own lines. */
export function message<T>(result: Result<T>): string {
  if (result.ok) return "no failure";
  const { what, seen, hint }: Failure = result.failure;
  return [what, ...(seen ? [seen] : []), ...(hint ? [`hint: ${hint}`] : [])]
    .join("\n");
}
