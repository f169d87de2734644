/** What any stages measured as tables. */
import type { Coordinate } from "../../pipeline/stage/declaration.ts";
import type { Gathered } from "../formats/measured.ts";
import type { Markup } from "./html.ts";
import { digits } from "./number.ts";
import { type Column, numberTable } from "./table.ts";

/** A table for each stage that measured something; of a series its last value. */
export function measuredBy(
  { measured = {}, kinds = {}, axes: bases = {} }: Gathered & {
    /** Where a point is that leaves an axis out. */
    readonly axes?: { readonly [axis: string]: { readonly base: Coordinate } };
  },
): Markup[] {
  return Object.entries(measured).map(([stage, points]) => {
    const rows = Object.values(points);
    // A point leaves out the axes on which it is as the tables say.
    const axes = [...new Set(rows.flatMap(({ at }) => Object.keys(at)))];
    const names = new Set(rows.flatMap(({ values }) => Object.keys(values)));
    return numberTable(
      `Measured by ${stage}`,
      axes.length === 0 ? ["Point"] : axes,
      rows.map(({ at }) =>
        axes.length === 0
          ? ["all"]
          : axes.map((axis) => at[axis] ?? bases[axis]?.base ?? "–")
      ),
      Array.from(names, (name): Column => {
        const { unit, better } = kinds[`${stage}.${name}`] ?? {};
        const series = rows.some(({ values }) => Array.isArray(values[name]));
        return {
          head: `${name}${unit === undefined ? "" : `, ${unit}`}${
            series ? " (last)" : ""
          }`,
          text: (value) =>
            Number.isInteger(value) ? String(value) : digits(value),
          better,
          values: rows.map(({ values }) =>
            [values[name] ?? []].flat().slice(-1)
          ),
        };
      }),
    );
  });
}
