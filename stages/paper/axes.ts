/**
 * The table `[axes]`: which settings vary, over which values. Every key is the path
 * of a setting; its value is a list, or a table with `values` or a distribution.
 */
import * as v from "valibot";
import { nearest } from "../../pipeline/stage/spelling.ts";
import type { Json } from "../../pipeline/stage/json.ts";
import { type Axis as Whole, coordinate } from "../formats/axis.ts";
import { type Distribution, draw } from "./sample.ts";

/** The schemas of all settings that may vary, by path. */
export type Settings = { readonly [path: string]: v.GenericSchema };

/** What is wrong with the axes, at a key of their table. */
export interface Complaint {
  readonly keys: readonly string[];
  readonly message: string;
}

/** An axis, before it is known what the tables have. */
export type Axis = Omit<Whole, "base">;

/** The axes, and those of them that advance together. */
export interface Axes {
  readonly axes: readonly Axis[];
  readonly zipped: readonly string[];
}

/** Names of axes that no file may change, by the path of the setting. */
export type Names = { readonly [path: string]: string };

const DISTRIBUTIONS = ["uniform", "log_uniform", "choice"] as const;
const KEYS = ["name", "values", ...DISTRIBUTIONS, "samples", "seed"];
/** Values of one axis: several times what anybody trains. */
const MOST = 10_000;

/** Reads the table; complaints name every mistake with its key. */
export function readAxes(
  table: { readonly [key: string]: unknown },
  settings: Settings,
  fixed: Names = {},
): Axes & { readonly complaints: readonly Complaint[] } {
  const complaints: Complaint[] = [];
  const { zip = [], ...entries } = table;
  const zipped = readZip(zip, Object.keys(entries), complaints);
  const axes = Object.entries(entries).flatMap(([setting, entry]) => {
    const complain = (message: string, ...inner: string[]) => {
      complaints.push({ keys: [setting, ...inner], message });
    };
    if (!Object.hasOwn(settings, setting)) {
      complain(unvarying(setting, entry, settings, fixed));
      return [];
    }
    const schema = settings[setting]!; // it has it
    const axis = readAxis(setting, entry, {
      schema,
      distinct: !zipped.includes(setting),
      fixed,
      complain,
    });
    return axis ? [axis] : [];
  });
  complaints.push(...clashes(axes), ...unequal(axes, zipped));
  return { axes, zipped, complaints };
}

type Complain = (message: string, ...inner: string[]) => void;

function readAxis(
  setting: string,
  entry: unknown,
  { schema, distinct, fixed, complain }: {
    readonly schema: v.GenericSchema;
    readonly distinct: boolean;
    readonly fixed: Names;
    readonly complain: Complain;
  },
): Axis | undefined {
  const spec = Array.isArray(entry) ? { values: entry } : entry;
  if (!isTable(spec)) {
    complain(
      "an axis is a list of values, or a table with values or a distribution: " +
        "[64, 32] or { log_uniform = [1e-4, 0.1], samples = 30, seed = 1 }",
    );
    return undefined;
  }
  const unknown = Object.keys(spec).filter((key) => !KEYS.includes(key));
  for (const key of unknown) {
    const near = nearest(key, KEYS);
    complain(
      `an axis has no "${short(key)}"; it has ${KEYS.join(", ")}` +
        (near === undefined ? "" : `; did you mean "${near}"?`),
      key,
    );
  }
  if (unknown.length > 0) return undefined;
  const name = spec.name ?? fixed[setting] ?? setting.split(".").at(-1)!; // a path has a last part
  if (Object.hasOwn(fixed, setting) && name !== fixed[setting]) {
    complain(
      `the axis of ${setting} is always called "${fixed[setting]}"`,
      "name",
    );
    return undefined;
  }
  if (typeof name !== "string" || !/^[a-z][a-z0-9_]{0,30}$/.test(name)) {
    complain(
      "an axis is named by lower case letters, digits and underscores",
      "name",
    );
    return undefined;
  }
  const values = valuesOf(setting, spec, { schema, distinct, complain });
  return values && { name, setting, values };
}

function valuesOf(
  setting: string,
  spec: { readonly [key: string]: unknown },
  { schema, distinct, complain }: {
    readonly schema: v.GenericSchema;
    readonly distinct: boolean;
    readonly complain: Complain;
  },
): readonly Json[] | undefined {
  const given = ["values", ...DISTRIBUTIONS].filter((key) =>
    Object.hasOwn(spec, key)
  );
  if (given.length !== 1) {
    complain(
      given.length === 0
        ? `an axis needs one of values, ${DISTRIBUTIONS.join(", ")}`
        : `an axis has one of values, ${
          DISTRIBUTIONS.join(", ")
        }, and this one has ${given.join(" and ")}`,
    );
    return undefined;
  }
  if (given[0] === "values") {
    return listed(setting, spec.values, { schema, complain });
  }
  const distribution = distributionOf(spec, complain);
  const whole = (value: unknown, least: number, most: number) =>
    Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
  if (!whole(spec.samples, 1, MOST)) {
    complain(
      `a distribution needs samples, a whole number from 1 to ${MOST}`,
      ...(Object.hasOwn(spec, "samples") ? ["samples"] : []),
    );
  }
  if (!whole(spec.seed, 0, 2 ** 31 - 1)) {
    complain(
      "a distribution needs a seed, a whole number, so that the same values come again",
      ...(Object.hasOwn(spec, "seed") ? ["seed"] : []),
    );
  }
  if (
    !distribution || !whole(spec.samples, 1, MOST) ||
    !whole(spec.seed, 0, 2 ** 31 - 1)
  ) return undefined;
  const drawn = draw(distribution, {
    samples: Number(spec.samples),
    seed: Number(spec.seed),
    purpose: setting,
    distinct,
    fits: (value) => v.is(schema, value),
  });
  if (!drawn) {
    const what = v.safeParse(schema, undefined).issues?.[0].message;
    complain(
      `${given[0]} gives no ${spec.samples} ${
        distinct ? "different " : ""
      }values that ${setting} takes, which are ${what}`,
      given[0]!, // exactly one was given
    );
  }
  return drawn;
}

function listed(
  setting: string,
  values: unknown,
  { schema, complain }: {
    readonly schema: v.GenericSchema;
    readonly complain: Complain;
  },
): readonly Json[] | undefined {
  if (!Array.isArray(values) || values.length === 0) {
    complain("an axis needs at least one value");
    return undefined;
  }
  if (values.length > MOST) {
    complain(
      `an axis has at most ${MOST} values, and this one ${values.length}`,
    );
    return undefined;
  }
  const known = new Set<string>();
  for (const [index, value] of values.entries()) {
    const result = v.safeParse(schema, value);
    if (!result.success) {
      complain(
        `${setting} takes ${result.issues[0].message}, and not ${shown(value)}`,
        String(index),
      );
      return undefined;
    }
    const text = String(coordinate(value));
    if (known.has(text)) {
      complain(`the value ${shown(value)} stands there twice`, String(index));
      return undefined;
    }
    known.add(text);
  }
  return values as Json[]; // the schema of a setting takes JSON alone
}

function distributionOf(
  spec: { readonly [key: string]: unknown },
  complain: Complain,
): Distribution | undefined {
  if (Object.hasOwn(spec, "choice")) {
    const { choice } = spec;
    if (Array.isArray(choice) && choice.length > 0) {
      return { kind: "choice", from: choice };
    }
    complain("choice takes a list of values", "choice");
    return undefined;
  }
  const kind = Object.hasOwn(spec, "uniform") ? "uniform" : "log_uniform";
  const range = spec[kind];
  if (
    Array.isArray(range) && range.length === 2 &&
    range.every((end) => typeof end === "number" && Number.isFinite(end)) &&
    range[0] < range[1] && (kind === "uniform" || range[0] > 0)
  ) return { kind, low: range[0], high: range[1] };
  complain(
    `${kind} takes two numbers${
      kind === "log_uniform" ? " greater than 0" : ""
    }, the smaller first`,
    kind,
  );
}

function readZip(
  zip: unknown,
  known: readonly string[],
  complaints: Complaint[],
): readonly string[] {
  const wrong = (message: string) => {
    complaints.push({ keys: ["zip"], message });
    return [];
  };
  if (!Array.isArray(zip) || !zip.every((one) => typeof one === "string")) {
    return wrong(
      "zip is a list of the axes that advance together, by their paths",
    );
  }
  const missing = zip.find((one) => !known.includes(one));
  if (missing !== undefined) {
    return wrong(
      `zip names "${short(missing)}", which is no axis; axes are ${
        known.join(", ")
      }`,
    );
  }
  if (zip.length === 1 || new Set(zip).size < zip.length) {
    return wrong("zip names at least two axes, each once");
  }
  return zip;
}

/** Axes of one name. */
function clashes(axes: readonly Axis[]): Complaint[] {
  return axes.flatMap(({ name, setting }, index) => {
    const other = axes.slice(0, index).find((one) => one.name === name);
    return other
      ? [{
        keys: [setting],
        message: `the axis of ${other.setting} is called "${name}", too; ` +
          'give one of them another name, as in { name = "other", values = […] }',
      }]
      : [];
  });
}

/** Axes that advance together and are not of one length. */
function unequal(
  axes: readonly Axis[],
  zipped: readonly string[],
): Complaint[] {
  const together = axes.filter(({ setting }) => zipped.includes(setting));
  const lengths = together.map(({ values }) => values.length);
  return new Set(lengths).size > 1
    ? [{
      keys: ["zip"],
      message: `axes that advance together have equally many values; ${
        together.map(({ setting, values }) => `${setting} has ${values.length}`)
          .join(", ")
      }`,
    }]
    : [];
}

function unvarying(
  setting: string,
  entry: unknown,
  settings: Settings,
  fixed: Names,
): string {
  const paths = Object.keys(settings);
  if (isTable(entry) && paths.some((path) => path.startsWith(`${setting}.`))) {
    const [key = "…"] = Object.keys(entry);
    return `the path of a setting is one key, in quotes: "${setting}.${
      short(key)
    }" = […]`;
  }
  const near = nearest(setting, paths) ??
    paths.find((path) => path.endsWith(`.${setting}`)) ??
    Object.keys(fixed).find((path) => fixed[path] === setting);
  return `"${short(setting)}" is no setting that can vary` +
    (near === undefined
      ? `; those are ${paths.join(", ")}`
      : `; did you mean "${near}"?`);
}

function isTable(value: unknown): value is { readonly [key: string]: unknown } {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function short(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

function shown(value: unknown): string {
  return short(JSON.stringify(value) ?? "nothing");
}
