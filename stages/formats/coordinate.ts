/** Values of axes, as names have them. */
import type { Coordinate } from "../../pipeline/stage/declaration.ts";
import type { Json } from "../../pipeline/stage/json.ts";

/** A value of an axis as names have it: a list's numbers with hyphens between them. */
export function coordinate(value: Json): Coordinate {
  if (Array.isArray(value)) return value.map(coordinate).join("-");
  return typeof value === "number" ? value : String(value);
}
