/**
 * What any stage may measure: an output with named numbers and series, which
 * claims and quoted numbers can name as STAGE.NAME. The stage writes it, the
 * metrics gather it from all stages and points.
 */
import * as v from "valibot";

const number = v.pipe(v.number("a number"), v.finite("a finite number"));
const Content = v.union(
  [number, v.pipe(v.array(number), v.nonEmpty())],
  "a number, or a list of numbers that is not empty",
);

/** A number, a series, or one of them with what it is. */
const Measure = v.union(
  [
    Content,
    v.strictObject({
      value: Content,
      /** As `%` or `ms`. */
      unit: v.exactOptional(v.string()),
      /** Which of two is the better one. */
      better: v.exactOptional(v.picklist(["less", "more"])),
    }),
  ],
  'a number, a list of numbers, or {"value", "unit", "better": "less" or "more"}',
);

const name = v.pipe(
  v.string(),
  v.regex(
    /^[a-z][a-z0-9_]*$/,
    "names of lower case letters, digits and underscores",
  ),
);

/** The content of such an output. */
export const MeasuredSchema = v.pipe(
  v.unknown(),
  // A list is an object, too.
  v.check((value) => !Array.isArray(value), "a table"),
  v.record(name, Measure),
);

/** What a measure is, besides its numbers. */
const Kind = v.object({
  unit: v.exactOptional(v.string()),
  better: v.exactOptional(v.picklist(["less", "more"])),
});

export type Content = v.InferOutput<typeof Content>;

const Coordinate = v.union([v.number(), v.string()]);

/** All that was gathered. */
export const GatheredSchema = v.object({
  /** Axes that a point may leave out, by name. */
  axes: v.exactOptional(v.record(
    v.string(),
    v.object({
      /** Its path in the experiment. */
      setting: v.string(),
      /** Where a point is that leaves it out. */
      base: Coordinate,
    }),
  )),
  /** By stage and point, `all` without axes. */
  measured: v.exactOptional(v.record(
    v.string(),
    v.record(
      v.string(),
      v.object({
        at: v.record(v.string(), Coordinate),
        values: v.record(v.string(), Content),
      }),
    ),
  )),
  /** What these are, by STAGE.NAME, where the stage says so. */
  kinds: v.exactOptional(v.record(v.string(), Kind)),
});

export type Gathered = v.InferOutput<typeof GatheredSchema>;
