/**
 * An experiment from its beginning to its report, in the test's own process: every
 * stage but `download`, over a few synthetic digits. Seconds, where the engine
 * with its processes takes minutes.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readConfig } from "../../pipeline/config/config.ts";
import { unwrap } from "../../pipeline/failure.ts";
import type { Instance, Source } from "../../pipeline/graph/graph.ts";
import { link } from "../../pipeline/graph/link.ts";
import type { Run, Task } from "../../pipeline/stage/task.ts";
import { pipeline } from "../../stages/experiment/pipeline.ts";
import { experimentSchema } from "../../stages/experiment/schema.ts";
import type { Resolved } from "../../stages/experiment/resolved.ts";
import { portable } from "./networks.ts";
import type { Dataset } from "../../stages/formats/dataset.ts";
import type { Size } from "../../stages/formats/images.ts";
import { drawn } from "./idx.ts";
import { syntheticDigits } from "../../stages/prepare/digit.ts";

const root = new URL("../../", import.meta.url).pathname;

/** What is performed: settings over `experiment.toml`, and how many images there are. */
export interface Sketch {
  /** As after `--set`. */
  readonly set: readonly string[];
  readonly counts: Dataset["counts"];
  /** Whether the digits pass for the stand-in, and not for MNIST. */
  readonly standIn: boolean;
  /** Other images than digits; the settings name them, too. */
  readonly data: Other | null;
}

/** Data of one's own, without labels where there are no classes. */
export interface Other extends Pick<Dataset, "height" | "width"> {
  readonly name: string;
  readonly title: string;
  readonly classes: number;
}

/** Height and width of a sketch's images. */
export function sizeOf({ data }: Pick<Sketch, "data">): Size {
  return data ?? { height: 28, width: 28 };
}

/** What came of it. */
export interface Performed {
  /** The path of every artifact below the folder, by its name below `artifacts/`. */
  readonly artifacts: { readonly [name: string]: string };
  /** What stages warned of or remarked, behind their names. */
  readonly remarks: readonly string[];
}

/** The experiment of a sketch, checked by the schema as anybody's is. */
export function experimentOf({ set }: Pick<Sketch, "set">): Resolved {
  const { config } = unwrap(readConfig({
    path: join(root, "experiment.toml"),
    schema: experimentSchema,
    set: ['training.engine="portable"', ...set],
  }));
  return portable(config);
}

/**
 * Runs all stages in a folder, one after the other. An output is the file of its
 * name in the folder of its instance, `train[lr=0.1,seed=1]/curve`.
 */
export async function perform(
  folder: string,
  sketch: Sketch,
): Promise<Performed> {
  const experiment = experimentOf(sketch);
  const { instances } = unwrap(link(pipeline, experiment, () => undefined));
  const remarks: string[] = [];
  const artifacts: { [name: string]: string } = {};
  for (const instance of instances) {
    const { id, stage, declaration } = instance;
    mkdirSync(join(folder, id), { recursive: true });
    for (const [name, { artifact }] of Object.entries(declaration.outputs)) {
      if (artifact !== undefined) artifacts[artifact] = join(id, name);
    }
    if (stage === "download") continue;
    const task = taskOf(folder, instance, remarks);
    if (stage === "prepare") prepare(task.output, sketch);
    else if (declaration.runs.kind === "module") {
      const module: { default: Run<never, never> } = await import(
        join(root, declaration.runs.module)
      );
      await module.default(task);
    }
  }
  for (const [artifact, path] of Object.entries(artifacts)) {
    if (readFileSync(join(folder, path)).length === 0) {
      throw new Error(`${artifact} is empty`);
    }
  }
  return { artifacts, remarks };
}

/** What the stage `prepare` would leave of so few digits. */
function prepare(
  output: (name: string) => string,
  sketch: Sketch,
): void {
  const { counts, standIn, data } = sketch;
  const write = (name: string, bytes: Uint8Array | string) =>
    writeFileSync(output(name), bytes);
  const draw = (split: keyof typeof counts) =>
    data
      ? drawn({ ...data, train: counts[split], test: counts.test }, split)
      : syntheticDigits(counts[split], split);
  write("train-images", draw("train").images.bytes);
  write("validation-images", draw("validation").images.bytes);
  const test = draw("test");
  write("test-images", test.images.bytes);
  write("test-labels", data?.classes === 0 ? "" : test.labels.bytes);
  write(
    "dataset",
    JSON.stringify(
      {
        name: data?.name ?? (standIn ? "glyphs" : "mnist"),
        ...(data && { title: data.title }),
        stand_in: standIn,
        sha256: {},
        counts,
        ...(({ height, width }) => ({ height, width }))(sizeOf(sketch)),
      } satisfies Dataset,
    ),
  );
}

function taskOf(
  folder: string,
  { id, point, links, declaration }: Instance,
  remarks: string[],
): Task<never, never> {
  const pathOf = ({ instance, output }: Source) =>
    join(folder, instance.id, output);
  const remark = (text: string) => void remarks.push(`${id}: ${text}`);
  return {
    params: (declaration.params ?? {}) as never,
    hints: {} as never,
    point,
    input(name) {
      const found = links[name];
      if (found?.kind === "one") return pathOf(found.source);
      if (found?.kind === "file") return join(root, found.path);
      throw new Error(`${id} has no single input "${name}"`);
    },
    inputs(name) {
      const found = links[name];
      if (found?.kind !== "every") throw new Error(`${id} lacks "${name}"`);
      return found.sources.map((source) => ({
        point: source.instance.point,
        path: pathOf(source),
      }));
    },
    output: (name) => join(folder, id, name),
    checkpoint: undefined,
    cores: 1,
    threads: [],
    scratch: join(folder, id),
    progress: () => {},
    keep: () => {},
    warn: remark,
    remark,
    provisional: () => {},
  };
}

// As a program: FOLDER and a sketch as JSON.
if (import.meta.main) {
  const [folder = "", sketch = ""] = Deno.args;
  // deno-lint-ignore no-console -- its result
  console.log(JSON.stringify(await perform(folder, JSON.parse(sketch))));
}
