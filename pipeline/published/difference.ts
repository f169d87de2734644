/** How far two JSON values are apart, number by number. */
import type { Json, JsonObject } from "../stage/json.ts";

/** The largest difference of two values, and where it is. */
export interface Difference {
  /** `sizes.2.test.error` */
  readonly path: string;
  readonly was: Json;
  readonly now: Json;
  /** |was − now| / max(|was|, |now|); infinite where anything but a number differs. */
  readonly relative: number;
}

/**
 * The largest relative difference, `undefined` if there is none. Object members
 * called as one of `means` are passed over.
 */
export function largestDifference(
  was: Json,
  now: Json,
  means: readonly string[] = [],
): Difference | undefined {
  let largest: Difference | undefined;
  const note = (path: string, was: Json, now: Json, relative: number) => {
    if (relative > (largest?.relative ?? 0)) {
      largest = { path, was, now, relative };
    }
  };
  const walk = (was: Json, now: Json, path: string): void => {
    if (typeof was === "number" && typeof now === "number") {
      const scale = Math.max(Math.abs(was), Math.abs(now));
      note(path, was, now, scale === 0 ? 0 : Math.abs(was - now) / scale);
    } else if (isTable(was) && isTable(now)) {
      const keys = new Set([...Object.keys(was), ...Object.keys(now)]);
      for (const key of [...keys].sort()) {
        if (means.includes(key)) continue;
        const inner = path === "" ? key : `${path}.${key}`;
        walk(was[key] ?? null, now[key] ?? null, inner);
      }
    } else if (Array.isArray(was) && Array.isArray(now)) {
      const length = Math.max(was.length, now.length);
      for (let index = 0; index < length; index++) {
        walk(was[index] ?? null, now[index] ?? null, `${path}[${index}]`);
      }
    } else if (was !== now) note(path, was, now, Infinity);
  };
  walk(was, now, "");
  return largest;
}

function isTable(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
