/** Results that somebody else says are right. */
import type { Origins } from "../run/event.ts";
import { wrap } from "../text/layout.ts";
import { counted } from "../text/quantity.ts";
import type { Style } from "../text/style.ts";

/** A line for each archive that results come from. */
export function originLines(
  origins: Origins = [],
  width: number,
  { yellow }: Style,
): string[] {
  return origins.flatMap(({ archive, instances }) =>
    wrap(
      `${counted(instances, "result")} ${
        instances === 1 ? "is" : "are"
      } from the archive ${archive.slice(0, 12)}…, not made here`,
      width,
    ).map(yellow)
  );
}
