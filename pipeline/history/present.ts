/** The present results as a lock, if they are all up to date and real. */
import { readFileSync } from "node:fs";
import { fail, Failed, ok, type Result } from "../failure.ts";
import { machine } from "./runs.ts";
import type { Json } from "../stage/json.ts";
import { Plan } from "../plan/plan.ts";
import { nameOf, optionsOf } from "../artifacts/configuration.ts";
import type { Opened } from "../plan/open.ts";
import { counted } from "../text/quantity.ts";
import type { Verdict } from "../stage/declaration.ts";
import { composeLock, type Lock } from "../published/lock.ts";
import type { Publication } from "../project/publication.ts";
import type { BuildRecord } from "../store/record.ts";

/** The publication of a project, if it says what it is. */
export function publicationOf({ publication }: Opened): Publication {
  if (publication) return publication;
  throw new Failed({
    kind: "no-publication",
    what: "Cannot publish this project",
    seen: "it says nothing about a paper, its authors and its licence",
  });
}

/**
 * The present run as a lock: every instance up to date, on real data. Every
 * object and artifact has just been checked by the plan.
 */
export function presentRun(
  opened: Opened,
  verdictsAt: string | undefined,
): Result<Lock> {
  const plan = new Plan(opened.graph, opened.world);
  const stale = plan.list().filter(({ decision }) => decision.kind !== "reuse");
  if (stale.length > 0) {
    const standIn = stale.find(({ decision }) =>
      decision.kind === "run" && decision.because.kind === "provisional"
    );
    return fail({
      kind: standIn ? "stand-in" : "stale",
      what: "Cannot use the present results",
      seen: standIn
        ? `${standIn.instance} has stand-in data`
        : staleness(stale.map(({ instance }) => instance), opened),
      hint: standIn
        ? "run deno task reproduce where the dataset can be had"
        : wayOut(opened),
    });
  }
  const records = new Map(
    opened.graph.instances.map(({ id, stage }) => {
      const { fingerprint } = plan.decided.get(id)!; // the plan has every instance
      return [id, opened.store.record(stage, fingerprint!)!] as const; // it is reused
    }),
  );
  return ok(compose(opened, records, verdictsAt));
}

/** How much is not up to date, of which configuration. */
function staleness(
  ids: readonly string[],
  { configuration, artifacts }: Opened,
): string {
  const [first = ""] = ids;
  const verb = ids.length === 1 ? "is" : "are";
  const own = `${counted(ids.length, "instance")} of ${
    nameOf(configuration)
  } ${verb} not up to date, first ${first}`;
  const holds = artifacts.report()?.configuration;
  return holds && holds.digest !== configuration.digest
    ? `${own}\nartifacts/ holds ${nameOf(holds)}`
    : own;
}

/** What brings a configuration up to date, or takes that of `artifacts/` instead. */
function wayOut({ configuration, artifacts }: Opened): string {
  const options = optionsOf(configuration);
  const run = `run deno task reproduce${options && ` ${options}`} first`;
  const holds = artifacts.report()?.configuration;
  if (!holds || holds.digest === configuration.digest) return run;
  const others = optionsOf(holds);
  return others === ""
    ? `${run}, or leave these options out`
    : `${run}, or give this command the options ${others}`;
}

/**
 * The nearest results of every instance, up to date or not, and a word about those
 * that are not: what a draft shows. Fails where there is nothing to show.
 */
export function lastRun(
  opened: Opened,
  verdictsAt: string | undefined,
): Result<{ run: Lock; stale: readonly string[] }> {
  const { graph, world, store } = opened;
  const plan = new Plan(graph, world);
  const records = new Map<string, BuildRecord>();
  const stale: string[] = [];
  const standIns: string[] = [];
  for (const { id, stage } of graph.instances) {
    const { decision, fingerprint, nearest } = plan.decided.get(id)!; // the plan has every instance
    const record = (fingerprint && store.record(stage, fingerprint)) ??
      (nearest && store.record(stage, nearest));
    if (
      !record || record.instance !== id ||
      Object.values(record.outputs).some(({ digest }) => !store.holds(digest))
    ) {
      return fail({
        kind: "stale",
        what: "Cannot use the present results",
        seen: `${id} has none`,
        hint: wayOut(opened),
      });
    }
    records.set(id, record);
    if (record.provisional !== undefined) standIns.push(id);
    else if (decision.kind !== "reuse") stale.push(id);
  }
  const counts = (ids: readonly string[], words: string) =>
    ids.length === 0
      ? []
      : [`${words}: ${counted(ids.length, "instance")}, first ${ids[0]}`];
  return ok({
    run: compose(opened, records, verdictsAt),
    stale: [
      ...counts(standIns, "results of real data; these have a stand-in's"),
      ...counts(stale, "results that are up to date; these are not"),
    ],
  });
}

function compose(
  opened: Opened,
  records: ReadonlyMap<string, BuildRecord>,
  verdictsAt: string | undefined,
): Lock {
  const { graph, store, experiment } = opened;
  const { metrics } = publicationOf(opened);
  const artifact = (path: string | undefined) => {
    for (const { id, declaration } of graph.instances) {
      for (const [name, output] of Object.entries(declaration.outputs)) {
        if (path === undefined || output.artifact !== path) continue;
        const { digest } = records.get(id)!.outputs[name]!; // a record has all
        return JSON.parse(readFileSync(store.object(digest), "utf8"));
      }
    }
  };
  return composeLock(graph, (id) => records.get(id)!, { // of every instance
    machine: machine(),
    experiment,
    metrics: (artifact(metrics) ?? null) as Json,
    verdicts: (artifact(verdictsAt) ?? []) as readonly Verdict[],
  });
}
