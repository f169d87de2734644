/** `runs`: the history of runs that changed something. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Parsed } from "../arguments.ts";
import type { Console } from "../console.ts";
import type { Outcome } from "../../run/event.ts";
import { readReport, type RunReport } from "../../artifacts/report.ts";
import { reportPath, runIds } from "../../history/runs.ts";
import type { Project } from "../../project/project.ts";
import { type RunRow, runsLines } from "../../render/runs.ts";
import type { Verdict } from "../../stage/declaration.ts";
import { StatCache } from "../../store/stat.ts";
import { Store } from "../../store/store.ts";
import { jsonLine } from "../../text/visible.ts";

/** The command `runs`. */
export default function runsCommand<Config>(
  { root, pipeline: { verdicts } }: Project<Config>,
  parsed: Parsed,
  { out, outStyle, columns }: Console,
): Promise<number> {
  const store = openStore(root);
  const last = Number(parsed.one("last") ?? 20);
  const rows = runIds(store).toReversed().slice(0, last).flatMap((id) => {
    const report = readReport(reportPath(store, id));
    return report ? [row(report, store, verdicts)] : [];
  });
  out(
    parsed.has("json")
      ? jsonLine(rows)
      : runsLines(rows, columns(), outStyle).join("\n") + "\n",
  );
  return Promise.resolve(0);
}

/** A project's store, to be read. */
export function openStore(root: string): Store {
  const folder = join(root, ".store");
  return new Store(folder, StatCache.open(join(folder, "cache", "stat")));
}

function row(
  report: RunReport,
  store: Store,
  verdicts: string | undefined,
): RunRow {
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
  return {
    id: report.run.id,
    started: report.run.started,
    seconds: report.run.seconds,
    success: report.run.success,
    arguments: report.run.arguments,
    counts,
    provisional: instances.some(({ provisional }) => provisional !== undefined),
    ...(judged.length > 0 && {
      claims: {
        hold: judged.filter(({ verdict }) => verdict === "holds").length,
        of: judged.length,
      },
    }),
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
