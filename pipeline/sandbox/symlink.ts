/** Links that lead out of what was declared: their targets would be undeclared inputs. */
import { realPath, within } from "./path.ts";

/**
 * Where a path really leads, if that is not in the folder; undefined if it
 * stays inside. A link to nowhere leaves as well if its text points out.
 */
export function leaves(path: string, root: string): string | undefined {
  const real = realPath(path);
  return within(real, realPath(root)) ? undefined : real;
}
