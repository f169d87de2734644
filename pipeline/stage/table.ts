/**
 * Stages that are declared in the configuration, as `[stage.NAME]`: any program,
 * with the inputs, outputs and packages that the table names. What a stage in
 * TypeScript declares by code, such a table says in words.
 */
import * as v from "valibot";
import {
  type Coordinate,
  type Declaration,
  every,
  file,
  type Input,
  type Matrix,
  type Output,
  output,
  type Point,
  type Stage,
} from "./declaration.ts";
import type { Json } from "./json.ts";
import { isPathBelow, isStageName } from "./names.ts";
import { nearest } from "./spelling.ts";

const text = v.pipe(v.string("a text"), v.nonEmpty("a text that is not empty"));

const path = v.pipe(
  text,
  v.check(
    (value) => isPathBelow(value),
    "a path inside of the project",
  ),
);

/** `draw.plot`: an output of a stage. */
const reference = v.pipe(
  text,
  v.regex(
    /^[a-z][a-z0-9-]*\.[^.\s]+$/,
    'an output of a stage, as "load.table"',
  ),
);

const words = v.pipe(
  v.union(
    [text, v.pipe(v.array(text), v.nonEmpty())],
    'a command line, as "python3 stages/fit.py" or ["python3", "stages/fit.py"]',
  ),
  v.transform((value) =>
    // A placeholder, as `{input plot}`, is one word.
    typeof value === "string"
      ? value.match(/(?:\{[^{}]*\}|\S)+/g) ?? [""]
      : value
  ),
  v.check(
    (value) => value[0] !== "",
    "a command line that begins with a program",
  ),
);

const input = v.union(
  [
    reference,
    v.strictObject({ every: reference }),
    v.strictObject({ file: path }),
  ],
  'an output of a stage ("load.table"), { every = "draw.plot" } or { file = "data.csv" }',
);

const outputs = v.record(
  text,
  v.union([
    path,
    v.strictObject({ file: path, artifact: v.exactOptional(path) }),
  ], 'a file\'s name, or { file = "plot.png", artifact = "plots/plot.png" }'),
);

const coordinate = v.union([v.number(), text], "numbers and texts");

const count = (least: number, allowed: string) =>
  v.pipe(
    v.number(allowed),
    v.check((value) => Number.isInteger(value) && value >= least, allowed),
  );

/** One table `[stage.NAME]`. */
const entries = v.strictObject({
  title: v.exactOptional(text),
  run: words,
  code: v.optional(v.array(path, "a list of files"), []),
  environment: v.exactOptional(v.union(
    [
      path,
      v.strictObject({
        lock: path,
        build: v.exactOptional(words),
      }),
    ],
    'a lock file, as "requirements.txt", or { lock = "renv.lock", build = ["Rscript", …] }',
  )),
  version: v.exactOptional(words),
  inputs: v.optional(v.record(text, input), {}),
  outputs: v.optional(outputs, {}),
  metrics: v.exactOptional(path),
  axes: v.exactOptional(v.union(
    [
      text,
      v.record(
        text,
        v.pipe(
          v.array(coordinate, "a list of values"),
          v.nonEmpty("at least one value"),
        ),
      ),
    ],
    "the name of a stage whose axes it shares, or a table of lists of values",
  )),
  params: v.optional(v.record(text, v.unknown()), {}),
  resources: v.optional(
    v.strictObject({
      cpus: v.exactOptional(count(1, "a whole number from 1")),
      memory: v.exactOptional(count(1, "MiB, a whole number from 1")),
      gpu: v.exactOptional(count(0, "a whole number from 0")),
      time: v.exactOptional(count(1, "minutes, a whole number from 1")),
    }),
    {},
  ),
  net: v.optional(v.array(text, "a list of hosts"), []),
  resume: v.exactOptional(text),
  tolerance: v.exactOptional(
    v.pipe(
      v.number("a number greater than 0"),
      v.minValue(0, "a number greater than 0"),
    ),
  ),
});

type Declared = v.InferOutput<typeof entries>;

const declared = v.pipe(
  entries,
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { resume, params, metrics, outputs, axes } = dataset.value;
    for (const name of typeof axes === "object" ? Object.keys(axes) : []) {
      if (/^[a-z][a-z0-9_]*$/.test(name)) continue; // as claims can say it
      addIssue({
        message:
          "an axis is named by lower case letters, digits and underscores",
        path: [...pathOf(dataset.value, "axes"), ...pathOf(axes, name)],
      });
    }
    if (metrics === undefined && Object.keys(outputs).length === 0) {
      addIssue({ message: "a stage with at least one output, or metrics" });
    }
    if (resume === undefined || typeof params[resume] === "number") return;
    addIssue({
      message: resumable(resume, params),
      path: pathOf(dataset.value, "resume"),
    });
  }),
);

/** Where a key of a table is, for a refusal. */
function pathOf(table: unknown, key: string): [v.ObjectPathItem] {
  const input = table as { readonly [key: string]: unknown };
  return [{ type: "object", origin: "value", input, key, value: input[key] }];
}

/** What is wrong with `resume`, which names the parameter that checkpoints go along. */
function resumable(name: string, params: Declared["params"]): string {
  const numbers = Object.keys(params)
    .filter((key) => typeof params[key] === "number");
  const near = nearest(name, numbers);
  return "the name of a number among params, along which checkpoints go" +
    (numbers.length === 0
      ? `: params = { ${/^[\w-]+$/.test(name) ? name : "steps"} = 10 }`
      : near === undefined
      ? `: ${numbers.join(", ")}`
      : `; did you mean "${near}"?`);
}

/** The table `[stage]`. */
export const stagesSchema = v.pipe(
  v.record(v.string(), declared),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    for (const name of Object.keys(dataset.value)) {
      if (isStageName(name)) continue;
      addIssue({
        message: "a stage is named by lower case letters, digits and hyphens",
        path: pathOf(dataset.value, name),
      });
    }
  }),
);

/** Checked tables `[stage.NAME]`. */
export type StageTables = v.InferOutput<typeof stagesSchema>;

/** The output in which a declared stage leaves what it measured. */
export const METRICS = "metrics";

/**
 * The stages of the tables. `known` are the others, whose axes they may share; a
 * name that is no stage's is refused when the graph is linked.
 */
export function declaredStages<Config>(
  tables: StageTables,
  known: readonly Stage<Config>[],
): readonly Stage<Config>[] {
  const stages: Stage<Config>[] = [];
  const matrixOf = (table: Declared, config: Config): Matrix => {
    if (typeof table.axes !== "string") {
      return Object.fromEntries(sorted(table.axes ?? {}));
    }
    const { axes } = table;
    const other = [...known, ...stages].find(({ name }) => name === axes);
    return other?.matrix?.(config) ?? {};
  };
  const others = new Set([
    ...known.map(({ name }) => name),
    ...Object.keys(tables),
  ]);
  for (const [name, table] of sorted(tables)) {
    stages.push({
      name,
      title: table.title ?? `Run ${table.run.join(" ")}`,
      matrix: (config) => matrixOf(table, config),
      at: (_config, point) => {
        const declaration = declarationOf(name, table, point);
        const { axes } = table;
        if (typeof axes !== "string" || others.has(axes)) return declaration;
        // The link to a stage that there is not says which there are.
        return {
          ...declaration,
          inputs: { axes: output(axes, "axes"), ...declaration.inputs },
        };
      },
    });
  }
  return stages;
}

function declarationOf(
  name: string,
  table: Declared,
  point: Point,
): Declaration {
  const [program = "", ...rest] = table.run;
  const { environment } = table;
  // A word of the command that is a file of the project is its code.
  const files = rest.filter((word) =>
    /^[^{}\s-][^{}\s]*\.(py|R|r|jl|sh|pl|rb|m|lua|js|mjs|ts)$/.test(word)
  );
  const determinism = table.tolerance === undefined
    ? {}
    : { determinism: { kind: "numeric", tolerance: table.tolerance } as const };
  const outputs: [string, Output][] = sorted(table.outputs).map((
    [key, value],
  ) => {
    const { file, artifact } = typeof value === "string"
      ? { file: value, artifact: undefined }
      : value;
    return [key, {
      file,
      ...(artifact !== undefined && { artifact: filled(artifact, point) }),
      ...determinism,
    }];
  });
  if (table.metrics !== undefined) {
    outputs.push([METRICS, {
      file: table.metrics,
      artifact: `metrics/${[name, ...parts(point)].join("-")}.json`,
      ...determinism,
    }]);
  }
  const lock = typeof environment === "string"
    ? { lock: environment }
    : environment;
  return {
    runs: {
      kind: "command",
      command: [program, ...rest],
      code: [...new Set([...files, ...table.code])],
      ...(table.version && isProgram(table.version) && {
        version: table.version,
      }),
      ...(table.version === undefined &&
        /^(.*\/)?(python|pypy)[\d.]*$/.test(program) && {
        version: [program, "--version"] as const,
      }),
      ...(lock && {
        environment: {
          lock: lock.lock,
          ...("build" in lock && lock.build && isProgram(lock.build) && {
            build: lock.build,
          }),
        },
      }),
    },
    params: table.params as { [name: string]: Json }, // TOML has nothing that JSON lacks but dates, which config refuses
    inputs: Object.fromEntries(
      sorted(table.inputs).map(([key, value]) => [key, inputOf(value)]),
    ),
    outputs: Object.fromEntries(outputs),
    permissions: { net: table.net },
    resources: table.resources,
    ...(table.resume !== undefined && { resume: { along: table.resume } }),
  };
}

/** By name: in which order a table says something changes nothing. */
function sorted<Value>(
  table: { readonly [name: string]: Value },
): [string, Value][] {
  return Object.entries(table).sort(([a], [b]) => a < b ? -1 : 1);
}

function isProgram(
  words: readonly string[],
): words is readonly [string, ...string[]] {
  return words.length > 0;
}

function inputOf(value: Declared["inputs"][string]): Input {
  if (typeof value === "string") return output(...split(value));
  return "file" in value ? file(value.file) : every(...split(value.every));
}

function split(reference: string): [stage: string, output: string] {
  const at = reference.indexOf(".");
  return [reference.slice(0, at), reference.slice(at + 1)];
}

/** `{point}` as `size-2-seed-1`, `{size}` as `2`. */
function filled(artifact: string, point: Point): string {
  return artifact.replace(
    /\{([a-z][\w-]*)\}/g,
    (whole, axis: string) =>
      axis === "point" ? parts(point).join("-") : String(point[axis] ?? whole),
  );
}

function parts(point: Point): string[] {
  return Object.entries(point).map(([axis, value]: [string, Coordinate]) =>
    `${axis}-${value}`
  );
}
