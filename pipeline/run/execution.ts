/**
 * Running one instance: its process, what it says on the way, and the record of
 * what it made. Outputs are hashed, put into the store and recorded, in that order
 * and by the engine: a process that outlives its run cannot publish anything.
 *
 * Where it runs is the executor's matter. One that loses its machine begins again,
 * from its last checkpoint if it has any.
 */
import { join, relative } from "node:path";
import type { Ended } from "../executor/executor.ts";
import type { Failure } from "../failure.ts";
import type { Instance } from "../graph/graph.ts";
import {
  type Continuation,
  continuation,
  prefixFingerprint,
  shareLeft,
} from "../plan/continuation.ts";
import type { Built } from "../sandbox/program/environment.ts";
import { commandLine } from "../sandbox/start.ts";
import type { Digest } from "../store/digest.ts";
import { writeWhole } from "../store/write.ts";
import { type Facts, fingerprint } from "../store/fingerprint.ts";
import { type BuildRecord, digestsOf, type Origin } from "../store/record.ts";
import { confine } from "./confine.ts";
import type { RunContext } from "./context.ts";
import type { Outcome } from "./event.ts";
import { GivenFiles } from "./given.ts";
import { keepCheckpoint, keepOutputs } from "./keep.ts";
import { Throughput } from "./throughput.ts";
import { Trials } from "./trials.ts";

/** How an instance ended, with what it gave. */
export interface InstanceResult {
  readonly outcome: Outcome;
  readonly outputs?: { readonly [output: string]: Digest };
  readonly fingerprint?: Digest;
  readonly provisional?: string;
  /** What was said of a result that is used again. */
  readonly remarks?: readonly string[];
  /** Where it comes from, if nobody made it here. */
  readonly from?: Origin;
  /** What it took when it ran, in seconds, if it did not run now. */
  readonly saved?: number;
}

/** Runs an instance whose facts are known, and records what it made; nothing if the run was stopped. */
export async function build(
  instance: Instance,
  facts: Facts,
  from: Continuation | undefined,
  outputs: (instance: string, output: string) => Digest,
  environment: Built | undefined,
  context: RunContext,
): Promise<InstanceResult | undefined> {
  const trials = new Trials(instance, context.retries);
  const run = (from: Continuation | undefined) =>
    execute(instance, facts, from, outputs, environment, trials, context);
  for (let end = await run(from);; end = await again()) {
    if (end !== "again") return end;
    if (context.signal.aborted) return undefined;
  }

  /** From the furthest checkpoint that there is by now. */
  function again(): ReturnType<typeof run> {
    return run(continuation(instance, facts, context.store));
  }
}

async function execute(
  instance: Instance,
  facts: Facts,
  from: Continuation | undefined,
  outputs: (instance: string, output: string) => Digest,
  environment: Built | undefined,
  trials: Trials,
  context: RunContext,
): Promise<InstanceResult | "again" | undefined> {
  const { root, store, workdirs, report, signal } = context;
  const { declaration } = instance;
  let started = performance.now();
  let shown = context.clock();
  const alone = leavesNothing(instance);
  const executor = context.executor(instance);
  const id = fingerprint(facts);
  const opened = executor.open(instance.stage, id, alone);
  const prefix = prefixFingerprint(instance, facts);
  const confinement = confine(
    instance,
    from,
    opened,
    outputs,
    environment,
    context,
  );
  let provisional: string | undefined;
  let refused: Failure | undefined;
  const remarks: string[] = [];

  const broken = (
    failure: Failure,
    { folder = opened, tail = [], before = "" }: {
      readonly folder?: string;
      readonly tail?: readonly string[];
      readonly before?: string;
    } = {},
  ): InstanceResult => {
    const kept = workdirs.keep(folder, instance.id);
    executor.close(opened, false);
    // The line is long, with every file that may be read: a script to be called.
    const script = join(kept, "rerun.sh");
    writeWhole(script, `${commandLine({ ...confinement, folder: kept })}\n`);
    return {
      outcome: {
        kind: "failed",
        failure,
        log: { tail, path: join(kept, "log.txt") },
        rerun: `${before} sh '${relative(root, script)}'`.trimStart(),
      },
    };
  };

  // From here on, and not from when it was planned: what was touched before
  // and is as it was does no harm.
  const files = new GivenFiles(instance, context);
  const early = files.problem("before it started");
  if (early) return broken(early);
  const begun = await executor.start({
    confinement,
    fingerprint: id,
    stage: instance.stage,
    resources: declaration.resources ?? {},
    given: files.list,
    machine: Object.keys(declaration.facts ?? {}).length > 0,
    resumes: prefix !== undefined,
    alone: trials.count > 0,
    seconds: context.seconds(instance),
  }, signal);
  if (!begun.ok) return broken(begun.failure);
  const { tell } = begun.value;
  if (tell) context.seat.listen(tell);
  let throughput = new Throughput(started / 1000);
  for await (const message of begun.value.messages) {
    switch (message.kind) {
      case "standing": {
        // It takes its time from where it runs.
        if (message.state !== "running") {
          started = performance.now();
          shown = context.clock();
          throughput = new Throughput(started / 1000);
        }
        report({ ...message, kind: "queued", instance: instance.id });
        break;
      }
      case "progress":
        report({
          kind: "progress",
          instance: instance.id,
          progress: message.progress,
          ...throughput.note(message.progress, performance.now() / 1000),
          ...(context.seat.cores > context.seat.own && {
            cores: context.seat.cores,
          }),
        });
        break;
      case "warning":
      case "remark":
        if (message.kind === "remark") remarks.push(message.message);
        report({
          kind: "warned",
          instance: instance.id,
          message: message.message,
        });
        break;
      case "provisional":
        provisional = message.reason;
        report({
          kind: "warned",
          instance: instance.id,
          message: message.reason,
        });
        break;
      case "checkpoint":
        // The next run would go on from what another text had computed.
        if (prefix !== undefined && !files.changed) {
          refused ??= await keepCheckpoint(
            prefix,
            message.checkpoint,
            instance,
            context,
          );
          trials.reach(message.checkpoint.position);
        }
        break;
      case "failed": // `ended` tells it once more, with its log
        break;
    }
  }
  const ended: Ended = await begun.value.ended;
  switch (ended.kind) {
    case "killed":
      executor.close(opened, false);
      return undefined;
    case "failed":
      return broken(ended.failure, ended);
    case "lost": {
      if (signal.aborted) {
        executor.close(opened, false);
        return undefined;
      }
      const last = trials.lose(ended);
      if (last) return broken(last, ended);
      report({
        kind: "warned",
        instance: instance.id,
        message: `${ended.failure.what}: ${ended.failure.seen}. ` +
          (prefix === undefined
            ? "It begins again"
            : "It goes on from its last checkpoint"),
      });
      executor.close(opened, false);
      return "again";
    }
    case "done":
      context.seat.leave();
  }

  const { folder } = ended;
  if (refused) return broken(refused, { folder });
  const changed = files.problem("while it ran");
  if (changed) return broken(changed, { folder });
  const kept = await keepOutputs(instance, folder, alone, context);
  if (signal.aborted) {
    executor.close(opened, false);
    return undefined;
  }
  if (!kept.ok) return broken(kept.failure, { folder });
  const seconds = ended.seconds ?? (performance.now() - started) / 1000;
  const { work } = declaration;
  const share = shareLeft(from);
  const working = throughput.working(share);
  // Of one core of its own, which is what a prediction wants to know.
  const part = ended.seconds === undefined
    ? (context.clock() - shown + context.seat.extra()) /
      (performance.now() - started)
    : 1;
  const record: BuildRecord = {
    instance: instance.id,
    fingerprint: id,
    facts,
    outputs: kept.value,
    seconds: thousandths(seconds * part),
    ...(working !== undefined && {
      working: thousandths(Math.min(working, seconds) * part),
    }),
    ...(from && { share }),
    ...(work !== undefined && { work }),
    made: new Date().toISOString(),
    wall: ended.wall,
    ...(provisional !== undefined && { provisional }),
    ...(remarks.length > 0 && { remarks }),
  };
  store.write(instance.stage, record);
  context.cache?.offer(record);
  executor.close(opened, alone);
  return {
    outcome: { kind: "built", seconds },
    outputs: digestsOf(record),
    fingerprint: id,
    ...(provisional !== undefined && { provisional }),
  };
}

function thousandths(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/**
 * Whether no process of an instance can outlive it: Deno's permissions, which
 * nothing native goes around, let it start none. A command may leave a daemon
 * that still has the folder.
 */
function leavesNothing(
  { declaration: { runs, permissions } }: Instance,
): boolean {
  return runs.kind === "module" && (permissions?.ffi ?? []).length === 0;
}
