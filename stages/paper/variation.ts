/** The points of a study's axes, and its settings at each of them. */
import type { Point } from "../../pipeline/stage/declaration.ts";
import type { Json } from "../../pipeline/stage/json.ts";
import { coordinate } from "../formats/axis.ts";
import type { Axes } from "./axes.ts";

/** What varies: any of the settings of the other tables. */
interface Varying {
  readonly axes: Axes;
}

/**
 * All points on the axes of some tables, the last axis fastest: what a stage that
 * reads these tables runs at. A table that no axis varies adds nothing.
 */
export function pointsOn(
  { axes }: Varying,
  ...tables: readonly string[]
): Point[] {
  const own = axes.axes.filter(({ setting }) =>
    tables.includes(setting.split(".")[0]!) // a path has a first part
  );
  return dimensions({ ...axes, axes: own }).reduce<Point[]>(
    (points, dimension) =>
      points.flatMap((point) =>
        dimension.map((step) => ({ ...point, ...step }))
      ),
    [{}],
  );
}

/** The settings with what the axes say at a point. */
export function settingsAt<Config extends Varying>(
  config: Config,
  point: Point,
): Config {
  return config.axes.axes.reduce((settings, { name, setting, values }) => {
    const value = values.find((one) => coordinate(one) === point[name]);
    return value === undefined ? settings : over(settings, setting, value);
  }, config);
}

/** The names of the axes. */
export function axisNames({ axes }: Varying): string[] {
  return axes.axes.map(({ name }) => name);
}

/** Axes that are crossed: each a list of its steps. */
function dimensions({ axes, zipped }: Axes): Point[][] {
  const step = ({ name, values }: Axes["axes"][number], at: number): Point => ({
    [name]: coordinate(values[at]!), // those that advance together are of one length
  });
  const together = axes.filter(({ setting }) => zipped.includes(setting));
  const [first] = together;
  return [
    ...(first
      ? [
        first.values.map((_, at) =>
          Object.assign({}, ...together.map((axis) => step(axis, at)))
        ),
      ]
      : []),
    ...axes.filter((axis) => !together.includes(axis))
      .map((axis) => axis.values.map((_, at) => step(axis, at))),
  ];
}

/** A table with another value at a path. */
function over<Table>(table: Table, path: string, value: Json): Table {
  const [key = "", ...rest] = path.split(".");
  const inner = (table as { readonly [key: string]: unknown })[key];
  return {
    ...table,
    [key]: rest.length === 0 ? value : over(inner, rest.join("."), value),
  };
}
