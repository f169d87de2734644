/**
 * Results from a cache, made here once more and compared: a sample says how far
 * whoever made them can be believed.
 */
import type { Failure } from "../failure.ts";
import type { Instance } from "../graph/graph.ts";
import type { Decided } from "../plan/decide.ts";
import { digestJson } from "../store/digest.ts";
import type { CacheOrigin } from "../store/record.ts";

/**
 * A sample of the instances whose results come from a cache: so many of a hundred,
 * one at least. The same seed draws the same; who writes to the cache must not be
 * able to guess it, or would lie about the others.
 */
export function sample(
  decided: ReadonlyMap<string, Decided>,
  percent: number,
  seed: string,
): ReadonlySet<string> {
  const drawn = [...decided].filter(([, { from }]) => from && "cache" in from)
    .map(([id, { fingerprint = "" }]) =>
      [digestJson("recheck", [seed, fingerprint, id]), id] as const
    ).sort(([a], [b]) => a < b ? -1 : 1);
  const count = Math.ceil(drawn.length * percent / 100);
  return new Set(drawn.slice(0, count).map(([, id]) => id));
}

/** What is wrong if what was made here is not what a cache gave. */
export function contradiction(
  { id, declaration }: Instance,
  given: { readonly [output: string]: string },
  made: { readonly [output: string]: string },
  { cache, who, made: when, where }: CacheOrigin,
): Failure | undefined {
  const different = Object.entries(declaration.outputs)
    .filter(([name, { determinism }]) =>
      // Of what no two honest runs share, bits prove nothing.
      (determinism?.kind ?? "bits") === "bits" && given[name] !== made[name]
    ).map(([name]) => name);
  const [first] = different;
  if (first === undefined) return undefined;
  return {
    kind: "recheck",
    what: `The result of "${id}" in the cache is not what it makes here`,
    seen: `${who} made it ${when} on ${where}, as ${cache} says: ` +
      `the output "${first}" is ${given[first]?.slice(0, 12)}… there, ` +
      `${made[first]?.slice(0, 12)}… here`,
    hint: "ask them; believe nothing more of that maker, and run without the " +
      "cache: the result that was made here is kept",
  };
}
