/** The points of a study's axes, and its settings at each of them. */
import type { Point } from "../../pipeline/stage/declaration.ts";
import { canonical, type Json } from "../../pipeline/stage/json.ts";
import { type Axis, coordinate } from "../formats/axis.ts";
import type { Axes } from "./axes.ts";

/** What varies: any of the settings of the other tables. */
interface Varying {
  readonly axes: Axes & {
    /** The settings whose axes stand in every point; the others where they are not as their table has them. */
    readonly always: readonly string[];
  };
}

/**
 * All points on the axes of some tables, the last axis fastest: where a stage that
 * reads these tables runs. An axis that is added renames no point that was there.
 */
export function pointsOn(
  experiment: Varying,
  ...tables: readonly string[]
): Point[] {
  const { zipped, always } = experiment.axes;
  const axes = axesOf(experiment).filter(({ setting }) =>
    tables.includes(setting.split(".")[0]!) // a path has a first part
  );
  const step = ({ name, setting, values, base }: Axis, at: number): Point => {
    const value = values[at]!; // those that advance together are of one length
    return always.includes(setting) || canonical(value) !== canonical(base)
      ? { [name]: coordinate(value) }
      : {};
  };
  const together = axes.filter(({ setting }) => zipped.includes(setting));
  const dimensions = [
    ...axes.filter((axis) => !together.includes(axis)).map((axis) => [axis]),
    ...(together.length > 0 ? [together] : []),
  ];
  return dimensions.reduce<Point[]>(
    (points, dimension) =>
      points.flatMap((point) =>
        dimension[0]!.values.map((_, at) =>
          // of one axis at least
          Object.assign({}, point, ...dimension.map((axis) => step(axis, at)))
        )
      ),
    [{}],
  );
}

/** The settings with what the axes say at a point. */
export function settingsAt<Config extends Varying>(
  experiment: Config,
  point: Point,
): Config {
  return axesOf(experiment).reduce((settings, { name, setting, values }) => {
    const value = values.find((one) => coordinate(one) === point[name]);
    return value === undefined ? settings : over(settings, setting, value);
  }, experiment);
}

/** All axes, with what the tables have in their place. */
export function axesOf(experiment: Varying): Axis[] {
  return experiment.axes.axes.map((axis) => ({
    ...axis,
    base: axis.setting.split(".").reduce<Json>(
      (inner, key) => (inner as { readonly [key: string]: Json })[key]!, // it was checked
      experiment as unknown as Json,
    ),
  }));
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
