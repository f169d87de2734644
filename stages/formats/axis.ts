/** What varies: a setting with its values, and how names have these. */
import type { Coordinate } from "../../pipeline/stage/declaration.ts";
import type { Json } from "../../pipeline/stage/json.ts";

/** A setting that varies. */
export type Axis = {
  /** As names and claims say it: `lr`. */
  readonly name: string;
  /** Its path in the experiment: `training.learning_rate`. */
  readonly setting: string;
  /** Its values in the order of the experiment; at least one. */
  readonly values: readonly Json[];
  /** What the table has, where the axis is not named. */
  readonly base: Json;
};

/** The axis of the data, where results are of several. */
export const DATASET = { name: "dataset", setting: "dataset.name" } as const;

/** A value of an axis as names have it: a list's numbers with hyphens between them. */
export function coordinate(value: Json): Coordinate {
  if (Array.isArray(value)) return value.map(coordinate).join("-");
  return typeof value === "number" ? value : String(value);
}
