/**
 * The whole experiment in one process, on a few drawn digits: a program, so that
 * it can be run on an emulated processor. Prints the digest of every artifact.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readConfig } from "../../pipeline/config/config.ts";
import { digestFile } from "../../pipeline/store/digest.ts";
import { unwrap } from "../../pipeline/failure.ts";
import type { Instance, Source } from "../../pipeline/graph/graph.ts";
import { link } from "../../pipeline/graph/link.ts";
import type { Run, Task } from "../../pipeline/stage/task.ts";
import { experimentSchema } from "../../stages/experiment/schema.ts";
import { syntheticDigits } from "../../stages/prepare/digit.ts";
import { pipeline } from "../../stages/experiment/pipeline.ts";

const root = new URL("../../", import.meta.url).pathname;
const [folder = ""] = Deno.args;

const COUNTS = { train: 128, validation: 64, test: 64 };

/** What the stage `prepare` would leave of so few digits. */
function prepare(output: (name: string) => string): void {
  const write = (name: string, bytes: Uint8Array | string) =>
    writeFileSync(output(name), bytes);
  write("train-images", syntheticDigits(COUNTS.train, "train").images.bytes);
  write(
    "validation-images",
    syntheticDigits(COUNTS.validation, "validation").images.bytes,
  );
  const test = syntheticDigits(COUNTS.test, "test");
  write("test-images", test.images.bytes);
  write("test-labels", test.labels.bytes);
  write(
    "dataset",
    JSON.stringify({
      name: "glyphs",
      stand_in: true,
      sha256: {},
      counts: COUNTS,
      height: 28,
      width: 28,
    }),
  );
}

const pathOf = ({ instance, output }: Source) =>
  join(folder, instance.id, output);

function taskOf(instance: Instance): Task<never, never> {
  const { id, point, links, declaration } = instance;
  const one = (name: string): string => {
    const found = links[name];
    if (found?.kind === "one") return pathOf(found.source);
    if (found?.kind === "file") return join(root, found.path);
    throw new Error(`${id} has no single input "${name}"`);
  };
  return {
    params: (declaration.params ?? {}) as never,
    hints: {} as never,
    point,
    input: one,
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
    scratch: join(folder, id),
    progress: () => {},
    keep: () => {},
    warn: () => {},
    remark: () => {},
    provisional: () => {},
  };
}

const { config } = unwrap(readConfig({
  path: join(root, "experiment.toml"),
  schema: experimentSchema,
  set: [
    "training.epochs=1",
    "training.images=128",
    'training.engine="portable"',
    "denoising.images=20",
  ],
}));
const { instances } = unwrap(
  link(pipeline, { ...config, hardware: {} } as never, () => undefined),
);
for (const instance of instances) {
  const { id, stage, declaration } = instance;
  mkdirSync(join(folder, id), { recursive: true });
  if (stage === "download") continue;
  const task = taskOf(instance);
  if (stage === "prepare") prepare(task.output);
  else if (declaration.runs.kind === "module") {
    const module: { default: Run<never, never> } = await import(
      join(root, declaration.runs.module)
    );
    await module.default(task);
  }
  for (const [name, { artifact }] of Object.entries(declaration.outputs)) {
    if (artifact === undefined) continue;
    const path = task.output(name);
    if (readFileSync(path).length === 0) throw new Error(`${path} is empty`);
    // deno-lint-ignore no-console -- its result
    console.log(`${digestFile(path)}  ${artifact}`);
  }
}
