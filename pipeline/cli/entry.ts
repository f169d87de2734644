/** A run of the history as the command line shows it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readReport, type RunReport } from "../artifacts/report.ts";
import { readMarks } from "../history/marks.ts";
import { reportPath } from "../history/runs.ts";
import { leaves, type Valued, valuesOf } from "../history/values.ts";
import type { Project } from "../project/project.ts";
import type { RunRow } from "../render/runs.ts";
import type { Ended } from "../render/words.ts";
import type { Outcome } from "../run/event.ts";
import type { Verdict } from "../stage/declaration.ts";
import type { Json } from "../stage/json.ts";
import { StatCache } from "../store/stat.ts";
import { Store } from "../store/store.ts";

/** One run, with all its values by name. */
export type Entry = RunRow & Valued;

/** A project's store, to be read. */
export function openStore(root: string): Store {
  const folder = join(root, ".store");
  return new Store(folder, StatCache.open(join(folder, "cache", "stat")));
}

/** A run as tables show it, with its values; none if its report cannot be read. */
export function readEntry(
  id: string,
  store: Store,
  { verdicts, metrics }: Project<never>["pipeline"],
): Entry | undefined {
  const report = readReport(reportPath(store, id));
  if (!report) return;
  const { run, configuration, experiment } = report;
  const counts: Record<Outcome["kind"], number> = {
    built: 0,
    restored: 0,
    reused: 0,
    failed: 0,
    skipped: 0,
  };
  const instances = Object.values(report.instances);
  for (const { outcome } of instances) counts[outcome]++;
  const list = readArtifact(report, store, verdicts) as
    | readonly Verdict[]
    | undefined;
  const judged = list?.filter(({ verdict }) => verdict !== "not judged") ?? [];
  const hold = judged.filter(({ verdict }) => verdict === "holds").length;
  const broken = counts.failed + counts.skipped > 0;
  // A report of an earlier version says only by what is missing that it was cut short.
  const cut = run.interrupted ?? (!broken && hold === judged.length);
  const ended: Ended = run.success
    ? "done"
    : cut
    ? "interrupted"
    : broken
    ? "failed"
    : "refuted";
  const { tags, note } = readMarks(store, run.id);
  const own: { readonly [name: string]: Json } = {
    run: run.id,
    ended,
    started: run.started,
    seconds: run.seconds,
    ...counts,
    ...(judged.length > 0 && { hold, judged: judged.length }),
    ...(configuration?.profile !== undefined &&
      { profile: configuration.profile }),
    tag: tags,
    note,
    arguments: run.arguments,
  };
  return {
    id: run.id,
    started: run.started,
    seconds: run.seconds,
    success: run.success,
    ended,
    arguments: run.arguments,
    counts,
    provisional: instances.some(({ provisional }) => provisional !== undefined),
    ...(judged.length > 0 && { claims: { hold, of: judged.length } }),
    tags,
    note,
    values: valuesOf([
      ...leaves(own),
      ...leaves(experiment),
      ...leaves((readArtifact(report, store, metrics) ?? {}) as Json),
    ].filter(({ path }) => path.length > 0)),
  };
}

/** The content of a run's JSON artifact, if the store still has it as it was. */
export function readArtifact(
  { artifacts }: RunReport,
  store: Store,
  path: string | undefined,
): unknown {
  const kept = path === undefined ? undefined : artifacts[path];
  if (!kept || !store.holds(kept.digest)) return undefined;
  return JSON.parse(readFileSync(store.object(kept.digest), "utf8"));
}
