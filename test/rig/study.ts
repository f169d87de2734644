/**
 * A project in a temporary folder, with real stages in real processes, whose
 * runs are told as a story: one line an event, as a person would note it.
 */
import { dirname, join } from "node:path";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import * as v from "valibot";
import { declaredStages, stagesSchema } from "../../pipeline/stage/table.ts";
import type { Event } from "../../pipeline/run/event.ts";
import type { Reason } from "../../pipeline/plan/decision.ts";
import { describeReason } from "../../pipeline/render/reason.ts";
import type {
  Declaration,
  Input,
  Output,
  Pipeline,
  Stage,
} from "../../pipeline/stage/declaration.ts";
import { openCache } from "../../pipeline/cache/open.ts";
import { cacheSchema } from "../../pipeline/config/cache.ts";
import { sample } from "../../pipeline/run/recheck.ts";
import { conclude } from "../../pipeline/history/conclusion.ts";
import { configurationOf } from "../../pipeline/artifacts/configuration.ts";
import { open, type Opened } from "../../pipeline/plan/open.ts";
import type { Project } from "../../pipeline/project/project.ts";
import { announce, run } from "../../pipeline/run/run.ts";
import { Plan } from "../../pipeline/plan/plan.ts";
import { narrow } from "../../pipeline/graph/select.ts";
import { ok } from "../../pipeline/failure.ts";

/** What a study's stages are made of, shorter than a declaration. */
export interface Sketch {
  readonly params?: Declaration["params"];
  readonly inputs?: { readonly [name: string]: Input };
  /** File names; each output is called like its file. */
  readonly outputs: readonly (string | { file: string; artifact: string })[];
  readonly matrix?: { readonly [axis: string]: readonly (string | number)[] };
  readonly more?: Partial<Declaration>;
}

/** How a study is run. */
export interface Manner {
  readonly targets?: readonly string[];
  readonly force?: readonly string[];
  readonly jobs?: number;
  readonly failFast?: boolean;
  readonly signal?: AbortSignal;
  /** What `[cache]` says. */
  readonly cache?: v.InferInput<typeof cacheSchema>;
  /** Instances whose results from the cache are made here, too. */
  readonly recheck?: { readonly percent: number; readonly seed: string };
}

/** A small project that tests can change and run. */
export class Study implements AsyncDisposable {
  readonly root: string;
  readonly #stages = new Map<string, Stage<null>>();
  /** The last run's events. */
  events: Event[] = [];

  private constructor(root: string) {
    this.root = root;
  }

  /** An empty study, in a folder of this name. */
  static async start(name = "study"): Promise<Study> {
    const above = await Deno.makeTempDir({ prefix: "study-" });
    const root = join(await Deno.realPath(above), name);
    mkdirSync(join(root, "stages"), { recursive: true });
    writeFileSync(join(root, "deno.json"), "{}\n");
    return new Study(root);
  }

  /** Declares a stage and writes its module; `body` sees `task`, `read` and `write`. */
  stage(name: string, sketch: Sketch, body?: string): this {
    if (body !== undefined) {
      this.write(
        `stages/${name}.ts`,
        `// deno-lint-ignore-file
const read = (path: string) => Deno.readTextFileSync(path);
const write = (path: string, text: string) => Deno.writeTextFileSync(path, text);
export default async function (task: any) {
${body}
}
`,
      );
    }
    const outputs: Record<string, Output> = {};
    for (const output of sketch.outputs) {
      if (typeof output === "string") outputs[output] = { file: output };
      else outputs[output.file] = output;
    }
    this.#stages.set(name, {
      name,
      title: name,
      matrix: () => sketch.matrix ?? {},
      at: (_, point) => ({
        runs: { kind: "module", module: `stages/${name}.ts` },
        params: { ...sketch.params },
        inputs: sketch.inputs ?? {},
        outputs: Object.fromEntries(
          Object.entries(outputs).map(([key, output]) => [key, {
            ...output,
            ...(output.artifact && {
              artifact: output.artifact.replace(
                /\{(\w+)\}/g,
                (_, axis) => String(point[axis]),
              ),
            }),
          }]),
        ),
        ...sketch.more,
      }),
    });
    return this;
  }

  /** Declares stages as a configuration does, in `[stage.NAME]`. */
  declare(tables: unknown): this {
    const checked = v.parse(stagesSchema, tables);
    for (const stage of declaredStages(checked, [...this.#stages.values()])) {
      this.#stages.set(stage.name, stage);
    }
    return this;
  }

  /** Takes a stage out again. */
  drop(name: string): this {
    this.#stages.delete(name);
    return this;
  }

  /** The study as the engine sees it. */
  get project(): Project<null> {
    const pipeline: Pipeline<null> = { stages: [...this.#stages.values()] };
    return {
      root: this.root,
      deno: Deno.version.deno,
      pipeline,
      configure: () => Promise.resolve(ok(null)),
      sandbox: () => "deno",
      sources: ["deno.json"],
      shorthands: [],
    };
  }

  async open(force: readonly string[] = []): Promise<Opened> {
    const opened = await open(this.project, { set: [] }, force);
    if (!opened.ok) throw new Error(JSON.stringify(opened.failure));
    return opened.value;
  }

  /** Plans and runs; returns how each instance ended. */
  async run(manner: Manner = {}): Promise<{ [instance: string]: string }> {
    const opened = await this.open(manner.force ?? []);
    const graph = narrow(opened.graph, manner.targets ?? []);
    if (!graph.ok) throw new Error(graph.failure.what);
    this.events = [];
    const report = (event: Event) => void this.events.push(event);
    const plan = new Plan(graph.value, opened.world);
    const cache = manner.cache && await openCache(
      v.parse(cacheSchema, manner.cache),
      this.root,
      opened.store,
    );
    const world = { ...opened.world, ...(cache && { cache }) };
    if (cache) await plan.consult({ ...world, cache });
    const cores = { cpus: manner.jobs ?? 2, shares: false };
    announce(plan, cores, report);
    if (cache) {
      cache.health.listener = (message) => report({ kind: "cache", message });
    }
    const ran = await run(plan, {
      root: this.root,
      world,
      code: opened.code,
      stat: opened.stat,
      require: opened.require,
      capacity: { ...cores, gpu: 1, memory: 4096 },
      failFast: manner.failFast ?? false,
      ...(manner.recheck && {
        recheck: sample(
          plan.decided,
          manner.recheck.percent,
          manner.recheck.seed,
        ),
      }),
      report,
      signal: manner.signal ?? new AbortController().signal,
    });
    if (cache) {
      await cache.flush(20_000);
      cache.close();
    }
    await conclude(graph.value, ran, opened, {
      started: new Date(),
      seconds: 0,
      success: true,
      arguments: [],
      configuration: configurationOf(opened.experiment, {
        set: [],
        ...(manner.targets && { targets: manner.targets }),
      }),
      experiment: opened.experiment,
    }, new AbortController().signal);
    opened.save();
    return Object.fromEntries(
      [...ran.ended].map(([{ id }, end]) => [id, end.outcome.kind]),
    );
  }

  /** The last run, a line for each start and each end, in order of instances. */
  get story(): string {
    const lines = this.events.flatMap((event) => {
      switch (event.kind) {
        case "started":
          return [`→ ${event.instance}  ${words(event.because)}`];
        case "ended":
          return event.result === "built"
            ? []
            : [`${event.result} ${event.instance}`];
        case "cache":
          return [`! cache ${event.message.replace(this.root, "ROOT")}`];
        case "warned":
          return [`! ${event.instance}  ${event.message}`];
        default:
          return [];
      }
    });
    return lines.join("\n");
  }

  write(path: string, text: string): void {
    writeFileSync(join(this.root, path), text);
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), "utf8");
  }

  [Symbol.asyncDispose](): Promise<void> {
    rmSync(dirname(this.root), { recursive: true, force: true });
    return Promise.resolve();
  }
}

function words(reason: Reason): string {
  return describeReason(reason);
}
