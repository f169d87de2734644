/** Who signs the experiment, in words. */
import type { Experiment } from "./schema.ts";

/** The names as a reader says them. */
export function namesOf(authors: Experiment["authors"]): string[] {
  return authors.map((one) => one.name ?? `${one.given} ${one.family}`);
}
