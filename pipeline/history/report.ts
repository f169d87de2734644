/**
 * A report for every run that changed something: what ran, what was reused, which
 * artifacts there are and what made them, in which configuration, on which
 * machine. The report of the run whose files are in `artifacts/` is also
 * `artifacts/run.json`, the one artifact that may differ between two equal runs.
 */
import { join } from "node:path";
import { readFileSync } from "node:fs";
import * as v from "valibot";
import type { Configuration } from "../artifacts/configuration.ts";
import type { Digest } from "../store/digest.ts";
import { inStore, isMissing, writeDurably } from "../store/disk.ts";
import type { Outcome } from "../run/event.ts";
import type { Graph } from "../graph/graph.ts";
import type { Earlier, Kept } from "../artifacts/holding.ts";
import { canonicalPretty, type Json, type JsonObject } from "../stage/json.ts";
import type { Ran } from "../run/run.ts";
import { DIGEST, list, readJson, type Store } from "../store/store.ts";

/** One instance on a report. */
export interface InstanceReport {
  readonly outcome: Outcome["kind"];
  readonly stage: string;
  /** What it reads from, by instance. */
  readonly from: readonly string[];
  readonly fingerprint?: Digest;
  /** How long it took when it ran, in seconds, and when that was. */
  readonly seconds?: number;
  readonly made?: string;
  /** What kept its process in. */
  readonly wall?: string;
  readonly provisional?: string;
}

/** The report of one run. */
export interface RunReport {
  readonly run: {
    readonly id: string;
    readonly started: string;
    readonly seconds: number;
    readonly success: boolean;
    readonly arguments: readonly string[];
  };
  readonly machine: JsonObject;
  readonly configuration: Configuration;
  /** The resolved configuration. */
  readonly experiment: Json;
  readonly instances: { readonly [instance: string]: InstanceReport };
  readonly artifacts: { readonly [path: string]: Kept };
  /** Files in `artifacts/` that an incomplete run found there and left. */
  readonly earlier: { readonly [path: string]: Earlier };
}

/** What a report says of a run that is not in its events. */
export interface Circumstances {
  readonly id: string;
  readonly started: Date;
  readonly seconds: number;
  readonly success: boolean;
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
  { id, started, seconds, success, arguments: args, ...rest }: Circumstances,
  earlier: ReadonlyMap<string, Earlier>,
): RunReport {
  const instances: Record<string, InstanceReport> = {};
  const artifacts: Record<string, Kept> = {};
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

/** One report, if it can be read. */
export function readReport(store: Store, id: string): RunReport | undefined {
  return readJson(reportPath(store, id), REPORT) as RunReport | undefined;
}

/** What a report says of an artifact. */
const FILE = {
  digest: DIGEST,
  size: v.number(),
  instance: v.string(),
  output: v.string(),
};

/** What a report must be for the rest to be believed. */
const REPORT = v.object({
  run: v.object({
    id: v.string(),
    started: v.string(),
    seconds: v.number(),
    success: v.boolean(),
    arguments: v.array(v.string()),
  }),
  machine: v.record(v.string(), v.unknown()),
  // Missing where an earlier version wrote it, as is `earlier`.
  configuration: v.optional(v.object({
    profile: v.optional(v.string()),
    settings: v.array(v.string()),
    targets: v.array(v.string()),
    digest: DIGEST,
  })),
  experiment: v.unknown(),
  instances: v.record(
    v.string(),
    v.object({
      outcome: v.picklist([
        "reused",
        "restored",
        "built",
        "failed",
        "skipped",
      ]),
      stage: v.string(),
      from: v.array(v.string()),
      fingerprint: v.optional(DIGEST),
      seconds: v.optional(v.number()),
      made: v.optional(v.string()),
      wall: v.optional(v.string()),
      provisional: v.optional(v.string()),
    }),
  ),
  artifacts: v.record(v.string(), v.object(FILE)),
  earlier: v.optional(
    v.record(v.string(), v.object({ ...FILE, run: v.string() })),
  ),
});

/** Where a report stands. */
export function reportPath(store: Store, id: string): string {
  return join(store.folder, "runs", `${id}.json`);
}

/** What a reader wants to know of the machine; no names of hosts or people. */
export function machine(): JsonObject {
  return {
    os: Deno.build.os,
    arch: Deno.build.arch,
    cpu: cpuModel(),
    cores: navigator.hardwareConcurrency,
    memory_mib: Math.round(Deno.systemMemoryInfo().total / 2 ** 20),
    deno: Deno.version.deno,
    v8: Deno.version.v8,
  };
}

function cpuModel(): string {
  try {
    const text = readFileSync("/proc/cpuinfo", "utf8");
    return /^model name\s*:\s*(.*)$/m.exec(text)?.[1] ?? "unknown";
  } catch (error) {
    if (isMissing(error)) return "unknown";
    throw error;
  }
}
