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
  type RunReport,
} from "./report.ts";
import { type Holding, readRun } from "../artifacts/holding.ts";
import type { Opened } from "../plan/open.ts";
import type { Ran } from "../run/run.ts";

/** What a run left. */
export interface Conclusion {
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
    const here = artifacts.holding();
    const current = here && artifacts.isRun(reportPath(store, here.run)) &&
      describes(here, wanted, configuration);
    if (current || !complete) {
      return { report: undefined, folder: folderOf(here, configuration) };
    }
  }

  using mine = await artifacts.turn(signal);
  const holding = artifacts.holding();
  const difference = artifacts.difference(wanted, holding);
  const touches = mine !== undefined && (complete || difference.wrong.size > 0);
  const history = runIds(store);
  const newest = history.at(-1);
  if (still && newest !== undefined) {
    // Somebody edited `run.json`, or took it away.
    const path = reportPath(store, newest);
    const told = readRun(path);
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
      ? folderOf(
        {
          configuration,
          own: wanted.reached,
          earlier: difference.earlier,
        },
        configuration,
        holding,
      )
      : folderOf(holding, configuration),
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
  { own, earlier, configuration }: Holding,
  { reached }: Wanted,
  wanted: Configuration,
): boolean {
  if (configuration?.digest !== wanted.digest) return false;
  if (earlier.size > 0 || own.size !== reached.size) return false;
  for (const [path, digest] of reached) {
    if (own.get(path)?.digest !== digest) return false;
  }
  return true;
}

/** As much of a holding as has to be known to say whose it is. */
interface Held {
  readonly configuration: Configuration | undefined;
  readonly own: { readonly size: number };
  readonly earlier: Holding["earlier"];
}

/** What has to be said of the folder: nothing, where all is as one expects. */
export function folderOf(
  holding: Held | undefined,
  configuration: Configuration,
  before?: Held,
): Folder | undefined {
  if (!holding?.configuration) return undefined;
  const { earlier, own, configuration: held } = holding;
  const was = before?.configuration;
  const other = before && was && was.digest !== held.digest &&
    !sameName(was, held);
  const foreign = held.digest !== configuration.digest &&
    !sameName(held, configuration);
  if (isPlain(held) && !other && !foreign && earlier.size === 0) {
    return undefined;
  }
  return {
    holds: held,
    ...(foreign && { wanted: configuration }),
    ...(other && { replaced: was }),
    ...(earlier.size > 0 && {
      earlier: {
        files: earlier.size,
        of: earlier.size + own.size,
        runs: [...new Set(Array.from(earlier.values(), ({ run }) => run))]
          .sort(),
      },
    }),
  };
}
