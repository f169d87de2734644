/**
 * The kinds of values in `experiment.toml`: texts, numbers within bounds, lists,
 * choices, tables. Each says what it allows.
 */
import * as v from "valibot";
import { hostOf } from "../download/host.ts";

// No path, no terminal and no XML takes a zero or an escape character.
// deno-lint-ignore no-control-regex -- those are what is looked for
const CONTROL = /[\0-\x08\v\f\x0e-\x1f\x7f-\x9f]/;

export const text = v.pipe(
  v.string("a text"),
  v.trim(),
  v.nonEmpty("a text that is not empty"),
  v.check(
    (value) => !CONTROL.test(value),
    "a text without control characters",
  ),
);

export const url = v.pipe(
  text,
  v.check((value) => hostOf(value) !== undefined, "a URL with http or https"),
);

/** A URL, or a folder of the project. */
export const place = v.pipe(
  text,
  v.check(
    (value) =>
      /^[a-z]+:/i.test(value)
        ? hostOf(value) !== undefined
        : !/^[/\\]|(^|[/\\])\.\.([/\\]|$)|[\n\r\t]/.test(value),
    "a URL with http or https, or a folder inside of the project",
  ),
);

/**
 * A whole number within two bounds, both included. By valibot's own checks and not
 * by one of ours, so that the schema for editors has the bounds, too.
 */
export function count(least: number, most: number): v.GenericSchema<number> {
  const allowed = `a whole number from ${least} to ${most}`;
  return v.pipe(
    v.number(allowed),
    v.integer(allowed),
    v.minValue(least, allowed),
    v.maxValue(most, allowed),
  );
}

/** A number greater than 0, up to a bound. */
export function above0(allowed: string, most: number): v.GenericSchema<number> {
  return v.pipe(
    v.number(allowed),
    v.gtValue(0, allowed),
    v.maxValue(most, allowed),
  );
}

export const positive = above0("a number greater than 0 and at most 1e9", 1e9);
export const small = above0("a number greater than 0 and at most 1", 1);
export const fraction: v.GenericSchema<number> = v.pipe(
  v.number("a number from 0 to 1"),
  v.minValue(0, "a number from 0 to 1"),
  v.maxValue(1, "a number from 0 to 1"),
);
/** Of a moving mean. With 1 nothing would ever enter it, and its correction divides by 0. */
export const decay: v.GenericSchema<number> = v.pipe(
  v.number("a number from 0 to less than 1"),
  v.minValue(0, "a number from 0 to less than 1"),
  v.ltValue(1, "a number from 0 to less than 1"),
);

/** A list that is not empty, not without end, and names nothing twice. */
export function list<Value extends string | number>(
  item: v.GenericSchema<Value>,
  most = 100,
): v.GenericSchema<Value[]> {
  return v.pipe(
    v.array(item, "a list"),
    v.nonEmpty("a list with at least one entry"),
    v.maxLength(most, `a list with at most ${most} entries`),
    v.check(
      (values: Value[]) => new Set(values).size === values.length,
      "a list that names nothing twice",
    ),
  );
}

/** One of a few words or numbers. */
export function choice<const T extends readonly (string | number)[]>(
  values: T,
): v.PicklistSchema<T, string> {
  const allowed = values.map((one) => JSON.stringify(one)).join(", ");
  return v.picklist(values, `one of ${allowed}`);
}

/** A table whose unknown keys are refused. */
export function table<const Entries extends v.ObjectEntries>(
  entries: Entries,
): v.StrictObjectSchema<Entries, "a table"> {
  return v.strictObject(entries, "a table");
}

/** The way to a value inside of another one, for an issue that is told there. */
export function pathTo(
  value: object,
  keys: readonly string[],
): [v.IssuePathItem, ...v.IssuePathItem[]] {
  let at: unknown = value;
  const path = keys.map((key): v.IssuePathItem => {
    const input = at as { readonly [key: string]: unknown };
    at = input[key];
    return { type: "object", origin: "value", input, key, value: at };
  });
  return path as [v.IssuePathItem, ...v.IssuePathItem[]]; // no issue is told of nothing
}
