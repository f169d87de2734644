/**
 * JSON values, and the one way to write them so that equal values give equal
 * bytes.
 */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** A JSON object: parameters, facts, what a stage selects of a configuration. */
export type JsonObject = { readonly [key: string]: Json };

/**
 * The canonical text of a value: keys sorted by code unit (never by locale,
 * which differs by machine), no white space, numbers as ECMAScript writes them
 * (shortest round-trip, fixed by the standard).
 *
 * @throws TypeError for NaN and infinities: JSON would turn them into `null`
 * without a word.
 */
export function canonical(value: Json): string {
  return write(value, "", "");
}

/** Canonical and readable: two spaces of indentation, one newline at the end. */
export function canonicalPretty(value: Json): string {
  return write(value, "\n", "  ") + "\n";
}

function write(value: Json, newline: string, indent: string): string {
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new TypeError(`JSON has no ${value}`);
  }
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const inner = newline + (newline ? indent : "");
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    const parts = value.map((item) => write(item as Json, inner, indent));
    return `[${inner}${parts.join("," + inner)}${newline}]`;
  }
  const object = value as JsonObject;
  const keys = Object.keys(object).filter((key) => object[key] !== undefined)
    .sort();
  if (keys.length === 0) return "{}";
  const colon = newline ? ": " : ":";
  const parts = keys.map((key) =>
    JSON.stringify(key) + colon + write(object[key]!, inner, indent)
  );
  return `{${inner}${parts.join("," + inner)}${newline}}`;
}
