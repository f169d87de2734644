/**
 * One reproduction from beginning to end: opens a project, plans, runs, leaves a
 * report and the artifacts, judges what came out, and tells all of it as events.
 */
import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import {
  type Configuration,
  configurationOf,
} from "../artifacts/configuration.ts";
import type { SharedCache } from "../cache/shared.ts";
import { capacityOf } from "../executor/machine.ts";
import { Failed, unwrap } from "../failure.ts";
import type { Graph } from "../graph/graph.ts";
import { narrow } from "../graph/select.ts";
import { open, type Opened } from "../plan/open.ts";
import { Plan } from "../plan/plan.ts";
import type { Overlays, Project } from "../project/project.ts";
import type { Comparison } from "../published/comparison.ts";
import {
  type Counts,
  type Event,
  type Folder,
  originsOf,
  type Report,
} from "../run/event.ts";
import { announce, type Cluster, type Ran, run } from "../run/run.ts";
import type { Verdict } from "../stage/declaration.ts";
import type { Digest } from "../store/digest.ts";
import { sample } from "../run/recheck.ts";
import { counted } from "../text/quantity.ts";
import { consult } from "./consult.ts";
import { executorSettings } from "./settings.ts";
import { diskFailure } from "../store/disk.ts";
import { share } from "../store/lease.ts";
import { conclude, reachedBy } from "./conclusion.ts";
import { checkSuspects } from "./suspects.ts";

/** What is asked for. */
export interface Request extends Overlays {
  readonly targets: readonly string[];
  readonly force: readonly string[];
  readonly jobs: number | undefined;
  readonly failFast: boolean;
  /** Where instances run; on this machine unless said otherwise. */
  readonly executor?: "local" | "slurm";
  /** Run changed code whether or not its types fit. */
  readonly unchecked?: boolean;
  /** So many of a hundred results of a cache are made here once more, and compared. */
  readonly recheck?: { readonly percent: number; readonly seed: string };
  /** The command line as typed, for the history. */
  readonly arguments: readonly string[];
}

/** How it ended, as an exit code would say it. */
interface End {
  readonly kind: "done" | "failed" | "aborted";
  /** What was looked at, where nothing had to be done. */
  readonly noop?: Opened;
  /** Its name in the history; none where nothing would be told. */
  readonly run?: string;
}

type Finished = Extract<Event, { kind: "finished" }>;

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
  const { artifacts } = opened;
  artifacts.check();
  const graph = unwrap(narrow(opened.graph, request.targets));
  const capacity = capacityOf(request.jobs);
  const { plan, world } = await consult(project, request, graph, opened);
  const { cache } = world;
  if (!request.unchecked) {
    await checkSuspects(plan, capacity, project.root, report);
  }
  announce(plan, capacity, report);
  if (cache) {
    cache.health.listener = (message) => report({ kind: "cache", message });
    tellRefused(cache, report);
  }

  const ran = await run(plan, {
    root: project.root,
    world,
    code: opened.code,
    stat: opened.stat,
    require: opened.require,
    capacity,
    cluster: request.executor === "slurm" && !plan.current
      ? await clusterOf(project, request, opened.store.folder)
      : undefined,
    failFast: request.failFast,
    ...(request.recheck && {
      recheck: sample(
        plan.decided,
        request.recheck.percent,
        request.recheck.seed,
      ),
    }),
    report,
    signal,
  });
  if (ran.aborted) cache?.close();
  else if (cache) await flush(cache, report, signal);
  const seconds = (performance.now() - clock) / 1000;
  const reached = reachedBy(graph, ran);
  const verdicts = readVerdicts(
    reached.get(project.pipeline.verdicts ?? ""),
    opened,
  );
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
        ...(ran.aborted && { interrupted: true }),
        arguments: request.arguments,
        configuration: configurationOf(opened.experiment, request),
        experiment: opened.experiment,
      }, signal),
  );
  const named = concluded?.report && { run: concluded.report.run.id };
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
    return { kind: "aborted", ...named };
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
    ...originsOf(ran.ended.values()),
    verdicts,
    ...(comparison && { comparison }),
    artifacts: Array.from(
      reached.keys(),
      (path) => relative(project.root, join(artifacts.folder, path)),
    ),
    ...(folder && { folder }),
  };
  report(event);
  if (!success) return { kind: "failed", ...named };
  return {
    kind: "done",
    ...named,
    ...(!concluded?.report && { noop: opened }),
  };
}

/** Milliseconds that a run waits at its end for what it gives to others. */
const FLUSH = 30_000;

/** Gives to a cache what is still to be given; a slow one does not keep the run. */
async function flush(
  cache: SharedCache,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const left = await cache.flush(FLUSH, signal);
  cache.close();
  if (left === 0 || cache.health.dead) return;
  report({
    kind: "cache",
    message:
      `${cache.transport.name}: ${counted(left, "result")} could not be ` +
      "given to it in time; deno task cache push does",
  });
}

/** Says that there are results which nobody signed who is believed. */
function tellRefused(
  { refused, transport }: SharedCache,
  report: Report,
): void {
  if (refused === 0) return;
  report({
    kind: "cache",
    message: `${transport.name}: ${counted(refused, "record")} refused that ` +
      "no accepted key has signed",
  });
}

/** The cluster that the configuration describes; the one at hand, if it says nothing. */
async function clusterOf<Config>(
  project: Project<Config>,
  overlays: Overlays,
  store: string,
): Promise<Cluster> {
  const { SlurmExecutor } = await import("../executor/slurm/slurm.ts");
  const settings = unwrap(await executorSettings(project, overlays));
  const { jobs, retries } = settings.slurm;
  return {
    executor: new SlurmExecutor(store, settings.slurm),
    jobs,
    retries,
  };
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

/** The comparison with the published run, if there is one. */
async function compareWithPublished(
  graph: Graph,
  { ended }: Ran,
  { root, store, publication, graph: whole }: Opened,
  verdicts: readonly Verdict[],
): Promise<Comparison | undefined> {
  if (!publication || !existsSync(join(root, "results.lock.json"))) return;
  const { compareToLock } = await import("./candidate.ts");
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
function readVerdicts(
  digest: Digest | undefined,
  { store }: Opened,
): readonly Verdict[] {
  // Somebody may have removed the store.
  if (!digest || !store.holds(digest)) return [];
  return JSON.parse(readFileSync(store.object(digest), "utf8"));
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
