/** Runs of the history as files for other programs. */
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readReport } from "../artifacts/report.ts";
import { Failed } from "../failure.ts";
import { eventFile, type Note } from "../history/eventfile.ts";
import { readMarks } from "../history/marks.ts";
import { reportPath } from "../history/runs.ts";
import { groupsOf } from "../history/series.ts";
import type { Json } from "../stage/json.ts";
import { diskFailure } from "../store/disk.ts";
import type { Store } from "../store/store.ts";
import { readArtifact } from "./entry.ts";

/** What was written. */
interface Exported {
  readonly runs: number;
  readonly files: number;
  /** Runs that measured nothing. */
  readonly without: readonly string[];
}

/**
 * Writes runs as event files: a folder for each run, in it one for each group of what
 * it measured. The same run gives the same bytes, so doing it again replaces them.
 */
export function exportEvents(
  ids: readonly string[],
  folder: string,
  store: Store,
  metrics: string | undefined,
): Exported {
  const without: string[] = [];
  let files = 0;
  for (const id of ids) {
    const report = readReport(reportPath(store, id));
    const measured = report && readArtifact(report, store, metrics);
    if (!report || measured === undefined) {
      without.push(id);
      continue;
    }
    const { tags, note } = readMarks(store, id);
    const notes: Note[] = [
      {
        name: "run",
        text: [
          note,
          ...tags.map((tag) => `#${tag}`),
          code(report.run.arguments.join(" ")),
        ]
          .filter(Boolean).join("\n\n"),
      },
      {
        name: "settings",
        text: code(JSON.stringify(report.experiment, null, 2)),
      },
    ];
    const time = Date.parse(report.run.started) / 1000;
    const groups = groupsOf(measured as Json);
    const root = groups.find(({ path }) => path.length === 0)?.series ?? [];
    write(join(folder, id), eventFile(root, notes, time), time);
    for (const { path, series } of groups) {
      if (path.length === 0) continue;
      write(
        join(folder, id, ...path.map(named)),
        eventFile(series, [], time),
        time,
      );
    }
    files += groups.filter(({ path }) => path.length > 0).length + 1;
  }
  return { runs: ids.length - without.length, files, without };
}

function code(text: string): string {
  return text === "" ? "" : text.replace(/^/gm, "    ");
}

/** A key as the name of a folder: no two keys have the same. */
function named(key: string): string {
  return encodeURIComponent(key).replace(
    /^\.+$/,
    (dots) => "%2E".repeat(dots.length),
  ) || "%";
}

/** The reader knows such files by a part of their names. */
function write(folder: string, bytes: Uint8Array, time: number): void {
  const path = join(
    folder,
    `events.out.tfevents.${Math.floor(time)}.facsimile`,
  );
  const draft = join(folder, ".part");
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(draft, bytes);
    renameSync(draft, path);
  } catch (error) {
    const failure = diskFailure(
      `Cannot write to the folder "${folder}"`,
      error,
    );
    throw failure ? new Failed(failure) : error;
  }
}
