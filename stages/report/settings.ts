/** What the chart takes from the configuration. */
import * as v from "valibot";
import type { JsonObject } from "../../pipeline/stage/json.ts";

const Schema = v.object({
  figures: v.object({
    learning_curves: v.object({
      scale: v.picklist(["log", "linear"]),
      band: v.nullable(v.tuple([v.number(), v.number()])),
    }),
  }),
});

/** Scale and band of the learning curves, as the figure for print has them. */
export function band(
  settings: JsonObject,
): { scale: "log" | "linear"; band: readonly [number, number] | null } {
  const found = v.safeParse(Schema, settings);
  if (!found.success) return { scale: "log", band: null };
  const { scale, band } = found.output.figures.learning_curves;
  return { scale, band };
}
