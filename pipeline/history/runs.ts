/**
 * The history: a report for every run that changed something. The one of the run
 * whose files are in `artifacts/` is also `artifacts/run.json`, the one artifact
 * that may differ between two equal runs.
 */
import { join } from "node:path";
import { readFileSync } from "node:fs";
import type { Configuration } from "../artifacts/configuration.ts";
import { fail, nearest, ok, type Result, short } from "../failure.ts";
import { inStore, isMissing } from "../store/disk.ts";
import { writeDurably } from "../store/write.ts";
import type { Graph } from "../graph/graph.ts";
import type { Artifact, Earlier, RunReport } from "../artifacts/report.ts";
import { canonicalPretty, type Json, type JsonObject } from "../stage/json.ts";
import type { Ran } from "../run/run.ts";
import { list, type Store } from "../store/store.ts";
import { readMarks } from "./marks.ts";

/** What a report says of a run that is not in its events. */
export interface Circumstances {
  readonly id: string;
  readonly started: Date;
  readonly seconds: number;
  readonly success: boolean;
  /** Whether a person ended it. */
  readonly interrupted?: boolean;
  readonly arguments: readonly string[];
  readonly configuration: Configuration;
  readonly experiment: Json;
}

/**
 * A new run's name: when it started, in UTC, but always after the newest report in
 * the history. Names are how pages are ordered, so that two runs within a second,
 * or a clock that was set back, must not make an older report the newest.
 */
export function runId(started: Date, newest: string | undefined): string {
  let time = started.getTime();
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)/.exec(newest ?? "") ?? [];
  if (year !== undefined) {
    const last = Date.parse(
      `${year}-${month}-${day}T${hour}:${minute}:${second}Z`,
    );
    if (last + 1000 > time) time = last + 1000;
  }
  const stamp = new Date(time).toISOString().replace(/[-:]|\.\d+Z/g, "")
    .replace("T", "-");
  return `${stamp}-${crypto.randomUUID().slice(0, 4)}`;
}

/** Composes the report of a run. */
export function compose(
  graph: Graph,
  ran: Ran,
  store: Store,
  { id, started, seconds, success, interrupted, arguments: args, ...rest }:
    Circumstances,
  earlier: ReadonlyMap<string, Earlier>,
): RunReport {
  const instances: Record<string, RunReport["instances"][string]> = {};
  const artifacts: Record<string, Artifact> = {};
  for (const instance of graph.instances) {
    const end = ran.ended.get(instance);
    if (!end) continue;
    const { fingerprint, outputs, provisional } = end;
    const record = fingerprint && store.record(instance.stage, fingerprint);
    instances[instance.id] = {
      outcome: end.outcome.kind,
      stage: instance.stage,
      from: instance.producers.map((producer) => producer.id),
      ...(fingerprint && { fingerprint }),
      ...(record &&
        { seconds: record.seconds, made: record.made, wall: record.wall }),
      ...(provisional !== undefined && { provisional }),
      ...(record?.from && { origin: record.from }),
    };
    for (
      const [name, { artifact }] of Object.entries(instance.declaration.outputs)
    ) {
      const digest = outputs?.[name];
      if (artifact === undefined || digest === undefined) continue;
      artifacts[artifact] = {
        digest,
        size: record?.outputs[name]?.size ?? 0, // 0: somebody removed the record
        instance: instance.id,
        output: name,
      };
    }
  }
  return {
    run: {
      id,
      started: started.toISOString(),
      seconds: Math.round(seconds * 1000) / 1000,
      success,
      ...(interrupted && { interrupted }),
      arguments: args,
    },
    machine: machine(),
    ...rest,
    instances,
    artifacts,
    earlier: Object.fromEntries(earlier),
  };
}

/** Writes a report down. */
export function record(store: Store, id: string, text: string): void {
  const path = reportPath(store, id);
  inStore(store.folder, path, () => writeDurably(path, text));
}

/** A report as it is written. */
export function reportText(report: RunReport): string {
  return canonicalPretty(report as unknown as Json);
}

/** The names of all recorded runs, oldest first. */
export function runIds(store: Store): string[] {
  return list(join(store.folder, "runs"))
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.slice(0, -".json".length));
}

/**
 * A run by its name, the beginning of it, a word that marks it (the newest that
 * has it), `last`, or `last~2`: two before the last.
 */
export function findRun(name: string, store: Store): Result<string> {
  const all = runIds(store);
  const last = /^last(?:~(\d+))?$/.exec(name);
  const back = Number(last?.[1] ?? 0);
  const marked = all.filter((id) => readMarks(store, id).tags.includes(name));
  const found = last
    ? all.toReversed().slice(back, back + 1)
    : all.includes(name)
    ? [name]
    : marked.length > 0
    ? marked.slice(-1)
    : all.filter((id) => id.startsWith(name));
  const [id] = found;
  if (id !== undefined && found.length === 1) return ok(id);
  const guess = nearest(name, all);
  return fail({
    kind: "unknown-run",
    what: `Cannot find the run "${short(name)}"`,
    seen: found.length > 1
      ? `${found.length} runs begin like that: ${found.slice(-5).join(", ")}`
      : `the last runs: ${all.slice(-5).join(", ") || "none"}`,
    hint: guess === undefined
      ? "see deno task runs for all of them; last is the newest"
      : `did you mean "${guess}"?`,
  });
}

/** Where a report stands. */
export function reportPath(store: Store, id: string): string {
  return join(store.folder, "runs", `${id}.json`);
}

/** What a reader wants to know of the machine; no names of hosts or people. */
export function machine(): JsonObject {
  return {
    os: Deno.build.os,
    arch: Deno.build.arch,
    cpu: processor(),
    cores: navigator.hardwareConcurrency,
    memory_mib: Math.round(Deno.systemMemoryInfo().total / 2 ** 20),
    deno: Deno.version.deno,
    v8: Deno.version.v8,
  };
}

function processor(): string {
  try {
    const text = readFileSync("/proc/cpuinfo", "utf8");
    return /^model name\s*:\s*(.*)$/m.exec(text)?.[1] ?? "unknown";
  } catch (error) {
    if (isMissing(error)) return "unknown";
    throw error;
  }
}
