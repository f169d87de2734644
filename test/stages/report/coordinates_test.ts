/** Parallel coordinates of the settings. */
import { equal, match, ok } from "node:assert/strict";
import type { Json } from "../../../pipeline/stage/json.ts";
import { coordinates } from "../../../stages/report/coordinates.ts";
import type { Study } from "../../../stages/report/network.ts";

/** A study of rows: their values on the axes, and the errors of their seeds. */
function study(
  axes: readonly string[],
  rows:
    readonly (readonly [values: readonly Json[], errors: readonly number[]])[],
): Study {
  return {
    axes,
    seeds: [1],
    groups: rows.map(([values, errors]) => ({
      label: values.join(" and "),
      values,
      networks: errors.map((mse) => ({ test: { mse } })),
    })),
  } as unknown as Study;
}

const ROWS = Array.from(
  { length: 12 },
  (_, n) =>
    [[10 ** -(n % 4), ["a", "b", "c"][n % 3]!], [0.5 - n / 100, 0.5]] as const,
);

Deno.test("coordinates() draws each row through its settings to its mean error, the best thick and on top", () => {
  const { text } = coordinates(study(["Learning rate", "relu"], ROWS));
  const lines = [...text.matchAll(
    /<polyline points="([^"]+)" stroke="(#[0-9a-f]{6})" stroke-width="(\d)"[^>]*>\s*<title>([^<]*)<\/title>/g,
  )];
  equal(lines.length, 12);
  const [, points = "", colour, width, title] = lines.at(-1)!;
  equal(title, "0.001 and c: 0.4450");
  equal(width, "3");
  equal(colour, "#440154");
  equal(lines.filter(([, , , width]) => width === "3").length, 1);
  // The least rate and the least error are at the bottom, the last text on top.
  const heights = points.split(" ").map((point) => Number(point.split(",")[1]));
  equal(heights[0], heights[2]);
  ok(heights[1]! < heights[0]!);
  match(
    text,
    /Thick: the best, 0\.001 and c, with 0\.4450\.<\/figcaption>/,
  );
  // By the logarithm: powers of ten are equally far from each other.
  const rates = new Set(
    lines.map(([, points = ""]) => Number(points.split(/[ ,]/)[1])),
  );
  const sorted = [...rates].sort((a, b) => a - b);
  equal(sorted.length, 4);
  ok(Math.abs(sorted[3]! - sorted[2]! - (sorted[1]! - sorted[0]!)) < 0.2);
});

Deno.test("coordinates() are for several settings and many rows, and stand any values", () => {
  const text = (axes: string[], rows: Parameters<typeof study>[1]) =>
    coordinates(study(axes, rows)).text;
  equal(text(["Learning rate"], ROWS), "");
  equal(text(["Learning rate", "relu"], ROWS.slice(0, 7)), "");
  // All of one value, and all of one error.
  const flat = text(
    ["a", "b"],
    Array.from({ length: 9 }, () => [[1, 0], [0.1]]),
  );
  ok(!/NaN|Infinity/.test(flat));
  const lists = text(
    ["encoder", "rate"],
    Array.from({ length: 9 }, (_, n) => [[[n, 4, 2], n - 3], [0.1 * n]]),
  );
  ok(!/NaN|Infinity/.test(lists));
  match(lists, />3-4-2</);
});
