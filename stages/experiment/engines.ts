/**
 * What "auto" stands for on this machine: a graphics card if it was measured, and trains the
 * networks of an experiment sooner than the portable engine does on all cores; else portable.
 * `doctor` measures and leaves what it found in a file. Nobody else does, so the engine,
 * and with it the bits, never changes by itself: a small card may be slower than four cores.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import * as v from "valibot";
import project from "../../deno.json" with { type: "json" };
import { canonicalPretty } from "../../pipeline/stage/json.ts";
import { adapter, type EngineName } from "../training/engine.ts";
import { PARTS } from "../training/parts.ts";
import { mayHaveCard } from "./devices.ts";
import type { Experiment } from "./schema.ts";
import { variantsOf } from "./study.ts";

/** What the rates hold for. */
const machine = v.object({
  adapter: v.string(),
  cores: v.number(),
  deno: v.string(),
  runtime: v.string(),
});

/** Images a second: of one process each, which for `portable` has one core. */
const measured = v.object({
  machine,
  webgpu: v.number(),
  portable: v.number(),
});

type Machine = v.InferOutput<typeof machine>;
type Measured = v.InferOutput<typeof measured>;

/** A line of the doctor. */
interface Finding {
  readonly kind: "good" | "doubt" | "bad";
  readonly subject: string;
  readonly found: string;
  readonly hint?: string;
}

/** What "auto" stands for, for so many networks. */
export async function automatic(
  path: string,
  networks: number,
  find = card,
): Promise<EngineName> {
  const found = await valid(path, find);
  return found ? sooner(found, networks) : "portable";
}

/** What "auto" stands for, and why, as `status --verbose` tells it. */
export async function standing(
  path: string,
  networks: number,
  find = card,
): Promise<Finding> {
  const subject = 'engine "auto"';
  const found = await valid(path, find);
  if (found) {
    return { kind: "good", subject, found: comparison(found, networks) };
  }
  const here = await thisMachine(find);
  return {
    kind: "good",
    subject,
    found: here
      ? `portable: ${here.adapter} was not measured with this Deno and runtime`
      : "portable: this machine has no graphics card",
    ...(here && { hint: "deno task doctor measures it" }),
  };
}

/** What was measured, if it was here. */
async function valid(
  path: string,
  find: typeof adapter,
): Promise<Measured | undefined> {
  const found = read(path);
  const here = found && await thisMachine(find);
  return here && canonicalPretty(here) === canonicalPretty(found.machine)
    ? found
    : undefined;
}

/** Which engine it is, and the rates of both. */
function comparison(found: Measured, networks: number): string {
  const { machine: { adapter, cores }, webgpu, portable } = found;
  return `${sooner(found, networks)}: ${adapter} trains ${
    told(webgpu)
  } images a second, portable ${told(portable)} on each of ${cores} cores`;
}

/** Which engine is done sooner: cards take one network after the other, of the cores each network several. */
export function sooner(
  { machine: { cores }, webgpu, portable }: Measured,
  networks: number,
): "portable" | "webgpu" {
  return webgpu > portable * Math.min(cores, PARTS * networks)
    ? "webgpu"
    : "portable";
}

/** Measures a graphics card beside the portable engine, and keeps what was found. */
export async function* examine(
  path: string,
  experiment: Experiment,
  { find = card, seconds = 3 } = {},
): AsyncGenerator<Finding> {
  const { training, network } = experiment;
  const networks = variantsOf(experiment).networks.length;
  const here = await thisMachine(find);
  if (!here) return;
  const subject = "graphics card";
  const { rate } = await import("../training/rate.ts");
  const of = (engine: EngineName) =>
    rate(engine, { network, batch: training.batch_size, seconds });
  let webgpu: number;
  try {
    webgpu = await of("webgpu");
  } catch (error) {
    if (!(error instanceof Error && error.name === "StageError")) throw error;
    yield {
      kind: "doubt",
      subject,
      found: `${here.adapter}: ${error.message}`,
      hint: 'training.engine = "auto" stands for portable',
    };
    return;
  }
  const found = { machine: here, webgpu, portable: await of("portable") };
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, canonicalPretty(found));
  yield {
    kind: "good",
    subject,
    found: `"auto" is ${comparison(found, networks)}`,
  };
}

const card = () => mayHaveCard() ? adapter() : Promise.resolve(undefined);

/** This machine, if it has a graphics card that is one. */
async function thisMachine(find: typeof adapter): Promise<Machine | undefined> {
  const found = await find();
  if (!found || found.software) return undefined;
  return {
    adapter: found.name,
    cores: navigator.hardwareConcurrency,
    deno: Deno.version.deno,
    runtime: project.imports["onnxruntime-web"],
  };
}

/** What was measured last; a file that is none counts as none. */
function read(path: string): Measured | undefined {
  try {
    const found = v.safeParse(measured, JSON.parse(readFileSync(path, "utf8")));
    return found.success ? found.output : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}

const told = (rate: number) => Math.round(rate).toLocaleString("en");
