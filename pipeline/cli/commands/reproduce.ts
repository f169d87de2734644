/** `reproduce`: brings the results up to date and says what became of them. */
import { join, relative, resolve } from "node:path";
import { existsSync, readFileSync } from "node:fs";
import { overlays, type Parsed } from "../arguments.ts";
import { conclude, reachedBy } from "../../history/conclusion.ts";
import {
  type Configuration,
  configurationOf,
} from "../../artifacts/configuration.ts";
import { share } from "../../store/lease.ts";
import type { Console } from "../console.ts";
import { diskFailure, writeWhole } from "../../store/disk.ts";
import type { Counts, Event, Folder, Report } from "../../run/event.ts";
import { Failed, unwrap } from "../../failure.ts";
import type { Graph } from "../../graph/graph.ts";
import { narrow } from "../../graph/select.ts";
import type { RunReport } from "../../history/report.ts";
import { Plan } from "../../plan/plan.ts";
import type { Comparison } from "../../published/comparison.ts";
import { open, type Opened } from "../../plan/open.ts";
import type { Overlays, Project } from "../../project/project.ts";
import { announce, type Ran, run } from "../../run/run.ts";
import { style } from "../../text/style.ts";
import { summary } from "../../render/summary.ts";
import { jsonLine } from "../../text/visible.ts";
import type { Verdict } from "../../stage/declaration.ts";
import { settled } from "../../store/stat.ts";
import { remember } from "../noop.ts";

/** What the command line asks for. */
export interface Request extends Overlays {
  readonly targets: readonly string[];
  readonly force: readonly string[];
  readonly jobs: number | undefined;
  readonly failFast: boolean;
  /** As typed, for the history. */
  readonly arguments: readonly string[];
  /** Told when nothing had to be done: what that was found from. */
  readonly onStill?: (opened: Opened, began: number) => void;
}

type Finished = Extract<Event, { kind: "finished" }>;

/** How it ended, as an exit code would say it. */
export type End =
  | { readonly kind: "done"; readonly report: RunReport | undefined }
  | { readonly kind: "failed" }
  | { readonly kind: "aborted" };

/** Runs one request, telling it to `report`. Failures before the first decision are thrown as `Failed`. */
export async function reproduce<Config>(
  project: Project<Config>,
  request: Request,
  report: Report,
  signal: AbortSignal,
): Promise<End> {
  const started = new Date();
  const clock = performance.now();
  using _shared = share(join(project.root, ".store"));
  const opened = unwrap(await open(project, request, request.force));
  const { artifacts, world } = opened;
  artifacts.check();
  const graph = unwrap(narrow(opened.graph, request.targets));
  const jobs = request.jobs ?? navigator.hardwareConcurrency;
  const plan = new Plan(graph, world);
  announce(plan, jobs, report);

  const ran = await run(plan, {
    root: project.root,
    world,
    code: opened.code,
    stat: opened.stat,
    require: opened.require,
    capacity: {
      cpus: jobs,
      gpu: 1,
      memory: Math.floor(Deno.systemMemoryInfo().total / 2 ** 20 * 0.9),
    },
    failFast: request.failFast,
    report,
    signal,
  });
  const seconds = (performance.now() - clock) / 1000;
  const verdicts = readVerdicts(project, opened, ran);
  const counts = count(ran);
  const broken = counts.failed > 0 || counts.skipped > 0;
  const refuted = verdicts.some(({ verdict }) => verdict === "fails");
  const success = !broken && !refuted && !ran.aborted;
  const concluded = await tryDisk(
    "Cannot write down this run and its artifacts",
    broken,
    () =>
      conclude(graph, ran, opened, {
        started,
        seconds,
        success,
        arguments: request.arguments,
        configuration: configurationOf(opened.experiment, request),
        experiment: opened.experiment,
      }, signal),
  );
  opened.save();
  const folder = await priced(project, concluded?.folder);
  if (ran.aborted) {
    const left = graph.instances.length - ran.ended.size;
    report({
      kind: "interrupted",
      seconds,
      counts,
      left,
      ...(folder && { folder }),
    });
    return { kind: "aborted" };
  }
  const comparison = broken
    ? undefined
    : await compareWithPublished(graph, ran, opened, verdicts);
  const event: Finished = {
    kind: "finished",
    success,
    seconds,
    counts,
    provisional: [...ran.ended].flatMap(([{ id }, { provisional }]) =>
      provisional === undefined ? [] : [{ instance: id, reason: provisional }]
    ),
    ...originsOf(ran),
    verdicts,
    ...(comparison && { comparison }),
    artifacts: Array.from(
      reachedBy(graph, ran).keys(),
      (path) => relative(project.root, join(artifacts.folder, path)),
    ),
    ...(folder && { folder }),
  };
  report(event);
  const written = concluded?.report;
  if (success && written === undefined) {
    request.onStill?.(opened, started.getTime());
  }
  return success ? { kind: "done", report: written } : { kind: "failed" };
}

/** Says what it would take to have the files back that were replaced. */
async function priced<Config>(
  project: Project<Config>,
  folder: Folder | undefined,
): Promise<Folder | undefined> {
  if (!folder?.replaced) return folder;
  const cost = await price(project, folder.replaced);
  return { ...folder, ...(cost !== undefined && { cost }) };
}

/** How many instances would run in a configuration; `undefined` if it is none any more. */
async function price<Config>(
  project: Project<Config>,
  { profile, settings, targets }: Configuration,
): Promise<number | undefined> {
  const opened = await open(project, {
    ...(profile !== undefined && { profile }),
    set: settings,
  });
  if (!opened.ok) return undefined;
  const graph = narrow(opened.value.graph, targets);
  return graph.ok ? new Plan(graph.value, opened.value.world).cost : undefined;
}

/** How many results come from which archive. */
function originsOf({ ended }: Ran): Pick<Finished, "origins"> {
  const all = [...ended.values()].flatMap(({ from }) => from?.archive ?? []);
  if (all.length === 0) return {};
  const origins = [...Map.groupBy(all, (archive) => archive)]
    .map(([archive, { length }]) => ({ archive, instances: length }));
  return { origins };
}

/** The comparison with the published run, if there is one. */
async function compareWithPublished(
  graph: Graph,
  { ended }: Ran,
  { root, store, publication, graph: whole }: Opened,
  verdicts: readonly Verdict[],
): Promise<Comparison | undefined> {
  if (!publication || !existsSync(join(root, "results.lock.json"))) return;
  const { compareToLock } = await import("../../history/candidate.ts");
  return unwrap(compareToLock(root, graph, ended, {
    store,
    publication,
    verdicts,
    whole: graph.instances.length === whole.instances.length,
  }));
}

function count(ran: Ran): Counts {
  const counts = { reused: 0, restored: 0, built: 0, failed: 0, skipped: 0 };
  for (const { outcome } of ran.ended.values()) counts[outcome.kind]++;
  return counts;
}

/** The verdicts of this run; none if the stage that gives them did not end well. */
function readVerdicts<Config>(
  { pipeline: { verdicts } }: Project<Config>,
  { store }: Opened,
  ran: Ran,
): readonly Verdict[] {
  for (const [{ declaration }, { outputs }] of ran.ended) {
    for (const [name, { artifact }] of Object.entries(declaration.outputs)) {
      const digest = outputs?.[name];
      if (artifact === undefined || artifact !== verdicts || !digest) continue;
      if (!store.holds(digest)) return []; // somebody removed the store
      return JSON.parse(readFileSync(store.object(digest), "utf8"));
    }
  }
  return [];
}

/** A disk that keeps the run from being written down is told, unless that was told already. */
async function tryDisk<Value>(
  what: string,
  told: boolean,
  action: () => Promise<Value>,
): Promise<Value | undefined> {
  try {
    return await action();
  } catch (error) {
    const failure = error instanceof Failed
      ? error.failure
      : diskFailure(what, error);
    if (!failure) throw error;
    if (told) return undefined;
    throw new Failed(failure);
  }
}

/** The command `reproduce`. */
export async function reproduceCommand<Config>(
  project: Project<Config>,
  parsed: Parsed,
  console: Console,
): Promise<number> {
  const told: Event[] = [];
  const request: Request = {
    ...overlays(parsed, project.shorthands),
    targets: parsed.operands,
    force: parsed.all("force"),
    jobs: parsed.has("jobs") ? Number(parsed.one("jobs")) : undefined,
    failFast: parsed.has("fail-fast"),
    arguments: Deno.args,
    ...(quiet(parsed) && {
      onStill: (opened, began) =>
        keepAnswer(project, opened, began, told, console),
    }),
  };
  if (parsed.has("dry-run")) {
    const { dryRun } = await import("./status.ts");
    return dryRun(project, request, parsed, console);
  }
  const { report: show, close } = await renderer(parsed, console);
  const { signal, code, listen, release } = interruptible();
  const report: Report = (event) => {
    // Until then nothing is begun that would have to be ended, and a large file is
    // hashed in one go: the signal ends the process.
    if (event.kind === "planned") listen();
    if (event.kind !== "progress") told.push(event);
    show(event);
  };
  try {
    if (parsed.has("watch")) {
      listen();
      const { watch } = await import("./watch.ts");
      await watch(
        project.root,
        signal,
        () => reproduce(project, request, report, signal),
      );
      return code();
    }
    const end = await reproduce(project, request, report, signal);
    switch (end.kind) {
      case "done":
        if (parsed.has("open")) {
          const { openReport } = await import("./open.ts");
          await openReport(project.root);
        }
        return 0;
      case "failed":
        return 1;
      case "aborted":
        return code();
    }
  } finally {
    close();
    release();
  }
}

/** Whether the answer "nothing to do" is all that the command line asks for. */
function quiet(parsed: Parsed): boolean {
  return ["json", "watch", "open", "force"].every((option) =>
    !parsed.has(option)
  );
}

/** Writes down that there was nothing to do, for the next time. */
function keepAnswer<Config>(
  project: Project<Config>,
  { stat, root, environment, chosen }: Opened,
  began: number,
  told: readonly Event[],
  { columns }: Console,
): void {
  if (chosen) return;
  const text = (colour: boolean) =>
    summary(told, columns(), style(colour)).join("\n") + "\n";
  const engine = import.meta.dirname! + "/../.."; // a local file always has one
  try {
    remember(root, Deno.args, {
      seen: stat.seen(),
      sources: [
        engine,
        join(root, "node_modules", ".facsimile"),
        ...project.sources.map((source) => resolve(root, source)),
      ],
      environment: [
        "FACSIMILE_ANY_DENO",
        ...environment,
        ...project.pipeline.stages.flatMap(({ environment = [] }) =>
          environment
        ),
      ],
      began,
      answer: { plain: text(false), styled: text(true) },
      settled,
      write: writeWhole,
    });
  } catch (error) {
    // A store that cannot be written costs time, not results.
    if (!(error instanceof Error && "code" in error)) throw error;
  }
}

async function renderer(
  parsed: Parsed,
  { out, err, style, terminal }: Console,
): Promise<{ report: Report; close: () => void }> {
  if (parsed.has("json")) {
    return { report: (event) => out(jsonLine(event)), close: () => {} };
  }
  if (terminal) {
    const { live } = await import("../../render/terminal.ts");
    return live(err, out, style);
  }
  const { plain } = await import("../../render/plain.ts");
  return { report: plain(err, out, style), close: () => {} };
}

/** A signal that Ctrl-C and a polite kill raise, and the exit code that they mean. */
function interruptible(): {
  signal: AbortSignal;
  code: () => number;
  listen: () => void;
  release: () => void;
} {
  const controller = new AbortController();
  let listening = false;
  let code = 130;
  const on = (value: number) => () => {
    code = value;
    controller.abort();
  };
  const [interrupt, terminate] = [on(130), on(143)];
  return {
    signal: controller.signal,
    code: () => code,
    listen() {
      if (listening) return;
      listening = true;
      Deno.addSignalListener("SIGINT", interrupt);
      Deno.addSignalListener("SIGTERM", terminate);
    },
    release() {
      if (!listening) return;
      Deno.removeSignalListener("SIGINT", interrupt);
      Deno.removeSignalListener("SIGTERM", terminate);
    },
  };
}
