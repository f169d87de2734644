/**
 * What a run leaves for people: its report in the history, and the folder of the
 * artifacts with all that it reached, `run.json` among it.
 */
import { readFileSync } from "node:fs";
import type { Wanted } from "../artifacts/artifacts.ts";
import {
  type Configuration,
  isPlain,
  sameName,
} from "../artifacts/configuration.ts";
import type { Digest } from "../store/digest.ts";
import type { Folder } from "../run/event.ts";
import type { Graph } from "../graph/graph.ts";
import {
  type Circumstances,
  compose,
  record,
  reportPath,
  reportText,
  runId,
  runIds,
} from "./runs.ts";
import { readReport, type RunReport } from "../artifacts/report.ts";
import type { Opened } from "../plan/open.ts";
import type { Ran } from "../run/run.ts";

/** What a run left. */
interface Conclusion {
  /** Its report; none if there was nothing to do. */
  readonly report: RunReport | undefined;
  /** Whose files the folder has now, as far as that has to be said. */
  readonly folder: Folder | undefined;
}

/** What the report of a run says that neither its events nor the history tell. */
export type Told = Omit<Circumstances, "id">;

/**
 * Concludes a run. Nothing is touched where nothing would change, and the folder
 * not by a run that was cut short before it reached anything new.
 */
export async function conclude(
  graph: Graph,
  ran: Ran,
  { store, artifacts, graph: whole }: Opened,
  told: Told,
  signal: AbortSignal,
): Promise<Conclusion> {
  const ends = [...ran.ended.values()];
  const complete = graph.instances.length === whole.instances.length &&
    told.configuration.targets.length === 0 && !ran.aborted &&
    ends.every(({ outputs }) => outputs !== undefined);
  const wanted: Wanted = { reached: reachedBy(graph, ran), complete };
  const still = !ran.aborted && ends.length === graph.instances.length &&
    ends.every(({ outcome }) => outcome.kind === "reused");
  const { configuration } = told;
  if (still) {
    const here = artifacts.report();
    const current = here && artifacts.isRun(reportPath(store, here.run.id)) &&
      describes(here, wanted, configuration);
    if (current || !complete) {
      return { report: undefined, folder: folderOf(here, configuration) };
    }
  }

  using mine = await artifacts.turn(signal);
  const here = artifacts.report();
  const difference = artifacts.difference(wanted, here);
  const touches = mine !== undefined && (complete || difference.wrong.size > 0);
  const history = runIds(store);
  const newest = history.at(-1);
  if (still && newest !== undefined) {
    // Somebody edited `run.json`, or took it away.
    const path = reportPath(store, newest);
    const told = readReport(path);
    if (told && describes(told, wanted, configuration)) {
      artifacts.replace(wanted, difference, readFileSync(path, "utf8"));
      return { report: undefined, folder: folderOf(told, configuration) };
    }
  }
  const report = compose(
    graph,
    ran,
    store,
    { ...told, id: runId(told.started, newest) },
    touches ? difference.earlier : new Map(),
  );
  const text = reportText(report);
  record(store, report.run.id, text);
  if (touches) artifacts.replace(wanted, difference, text);
  return {
    report,
    folder: touches
      ? folderOf(report, configuration, here)
      : folderOf(here, configuration),
  };
}

/** The artifacts of everything that ended well. */
export function reachedBy(graph: Graph, ran: Ran): Map<string, Digest> {
  const reached = new Map<string, Digest>();
  for (const instance of graph.instances) {
    const outputs = ran.ended.get(instance)?.outputs;
    if (!outputs) continue;
    for (
      const [name, { artifact }] of Object.entries(instance.declaration.outputs)
    ) {
      const digest = outputs[name];
      if (artifact !== undefined && digest !== undefined) {
        reached.set(artifact, digest);
      }
    }
  }
  return reached;
}

/** Whether a `run.json` says exactly what there is. */
function describes(
  { artifacts, earlier = {}, configuration }: RunReport,
  { reached }: Wanted,
  wanted: Configuration,
): boolean {
  if (configuration?.digest !== wanted.digest) return false;
  const files = Object.entries(artifacts);
  return Object.keys(earlier).length === 0 && files.length === reached.size &&
    files.every(([path, { digest }]) => reached.get(path) === digest);
}

/** What has to be said of the folder: nothing, where all is as one expects. */
export function folderOf(
  here: RunReport | undefined,
  configuration: Configuration,
  before?: RunReport,
): Folder | undefined {
  if (!here?.configuration) return undefined;
  const { earlier = {}, artifacts, configuration: held } = here;
  const left = Object.values(earlier);
  const was = before?.configuration;
  const other = before && was && was.digest !== held.digest &&
    !sameName(was, held);
  const foreign = held.digest !== configuration.digest &&
    !sameName(held, configuration);
  if (isPlain(held) && !other && !foreign && left.length === 0) {
    return undefined;
  }
  return {
    holds: held,
    ...(foreign && { wanted: configuration }),
    ...(other && { replaced: was }),
    ...(left.length > 0 && {
      earlier: {
        files: left.length,
        of: left.length + Object.keys(artifacts).length,
        runs: [...new Set(left.map(({ run }) => run))].sort(),
      },
    }),
  };
}
