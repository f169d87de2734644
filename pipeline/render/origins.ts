/** Results that somebody else says are right. */
import type { Event, OriginCount, Origins } from "../run/event.ts";
import { wrap } from "../text/layout.ts";
import { bytes, counted } from "../text/quantity.ts";
import type { Style } from "../text/style.ts";
import { clean } from "../text/visible.ts";
import { maker } from "./reason.ts";

/** A line for each archive and each maker that results come from. */
export function originLines(
  origins: Origins = [],
  width: number,
  { yellow }: Style,
): string[] {
  return origins.flatMap((origin) =>
    wrap(
      `${counted(origin.instances, "result")} ${
        origin.instances === 1 ? "is" : "are"
      } ${source(origin)}, not made here`,
      width,
    ).map(yellow)
  );
}

/** What comes from a cache before anything runs: `bring 3 results from cache …, 4.1 MB`. */
export function bringing(
  { cache, instances, bytes: size }: Extract<Event, { kind: "bringing" }>,
): string {
  return `bring ${counted(instances, "result")} from cache ${clean(cache)}, ${
    bytes(size)
  }`;
}

function source(origin: OriginCount): string {
  if ("archive" in origin) {
    return `from the archive ${origin.archive.slice(0, 12)}…`;
  }
  const signed = origin.key === undefined ? "" : ", signed";
  return `from the cache ${clean(origin.cache)} (${maker(origin)}${signed})`;
}
