/** What a schema says about the keys of its tables: for unknown and missing ones. */
import * as v from "valibot";
import { nearest } from "../failure.ts";

/**
 * The parts of a valibot schema that lead to its tables. Its own types are one
 * for each kind of schema, which says less here.
 */
interface Shape {
  readonly entries?: { readonly [key: string]: Shape };
  readonly wrapped?: Shape;
  readonly item?: Shape;
  /** Of a table whose keys are free: what each of them holds. */
  readonly value?: Shape;
  readonly kind?: string;
  readonly pipe?: readonly [Shape, ...unknown[]];
}

/** A key that a schema does not know. */
export interface Unknown {
  readonly keys: readonly string[];
  /** The keys that the table around it may have. */
  readonly siblings: readonly string[];
}

/** Every unknown key of a value; valibot itself reports one for each table. */
export function unknownKeys(
  schema: v.GenericSchema,
  value: unknown,
): Unknown[] {
  return walk(bare(schema as Shape), value, []);
}

function walk(
  { entries, item, value: each }: Shape,
  value: unknown,
  path: readonly string[],
): Unknown[] {
  if (Array.isArray(value)) {
    return item
      ? value.flatMap((one, index) =>
        walk(bare(item), one, [...path, String(index)])
      )
      : [];
  }
  if (value === null || typeof value !== "object") return [];
  if (each?.kind === "schema") {
    return Object.entries(value).flatMap(([key, inner]) =>
      walk(bare(each), inner, [...path, key])
    );
  }
  if (!entries) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const keys = [...path, key];
    return Object.hasOwn(entries, key)
      ? walk(bare(entries[key]!), inner, keys)
      : [{ keys, siblings: Object.keys(entries) }];
  });
}

/** What a schema allows at a path, in the words of its own message. */
export function allowed(
  schema: v.GenericSchema,
  path: readonly string[],
): string | undefined {
  let at: Shape | undefined = schema as Shape;
  for (const key of path) {
    const { entries, item, value }: Shape = bare(at);
    at = entries && Object.hasOwn(entries, key) ? entries[key] : item ?? value;
    if (!at) return undefined;
  }
  // `undefined` is what a missing key has, and no schema of a key allows it.
  const checked = v.safeParse(at as unknown as v.GenericSchema, undefined);
  return checked.issues?.[0].message;
}

/**
 * Tells the key that was meant: a sibling spelled like it, or else one of that
 * name in another table, with its path.
 */
export function guesser(
  schema: v.GenericSchema,
): (unknown: Unknown) => string | undefined {
  const all = dotted(schema as Shape);
  return ({ keys, siblings }) => {
    const typed = keys.at(-1) ?? "";
    return nearest(typed, siblings) ??
      all.find((key) => key.endsWith(`.${typed}`));
  };
}

function dotted(schema: Shape): string[] {
  return Object.entries(bare(schema).entries ?? {}).flatMap(([key, inner]) => [
    key,
    ...dotted(inner).map((rest) => `${key}.${rest}`),
  ]);
}

/** A schema without what is around its table or list. */
function bare(schema: Shape): Shape {
  const inner = schema.wrapped ?? schema.pipe?.[0];
  return inner && inner !== schema ? bare(inner) : schema;
}
