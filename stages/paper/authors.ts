/** Who signs the experiment, in words. */
import type { Author } from "./schema.ts";

/** The names as a reader says them. */
export function namesOf(authors: readonly Author[]): string[] {
  return authors.map((one) => one.name ?? `${one.given} ${one.family}`);
}
