/** Curves as rows of eight heights: enough to see where two part. */
const HEIGHTS = "▁▂▃▄▅▆▇█";

/** The range that several curves share, so that they can be compared. */
export interface Scale {
  readonly least: number;
  readonly most: number;
}

/** The scale that holds all of some curves; what is not finite does not count. */
export function scaleOf(curves: readonly (readonly number[])[]): Scale {
  let [least, most] = [Infinity, -Infinity];
  for (const value of curves.flat()) {
    if (!Number.isFinite(value)) continue;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return { least, most };
}

/**
 * A curve in at most so many columns, each the mean of its part. A value that is
 * not finite is shown as `×`; a flat curve stands in the middle.
 */
export function sparkline(
  curve: readonly number[],
  columns: number,
  { least, most }: Scale = scaleOf([curve]),
): string {
  const count = Math.min(columns, curve.length);
  let line = "";
  for (let at = 0; at < count; at++) {
    const part = curve.slice(
      Math.floor(at * curve.length / count),
      Math.floor((at + 1) * curve.length / count),
    );
    const mean = part.reduce((sum, value) => sum + value, 0) / part.length;
    const share = most > least ? (mean - least) / (most - least) : 0.5;
    line += Number.isFinite(mean)
      ? HEIGHTS[Math.min(7, Math.floor(share * 8))]
      : "×";
  }
  return line;
}
