/**
 * Running one instance: its process, what it says on the way, and the record of
 * what it made. Outputs are hashed, put into the store and recorded, in that order
 * and by the engine: a process that outlives its run cannot publish anything.
 */
import { join, relative } from "node:path";
import type { Failure } from "../failure.ts";
import type { Instance } from "../graph/graph.ts";
import {
  type Continuation,
  prefixFingerprint,
  shareLeft,
} from "../plan/continuation.ts";
import type { Built } from "../sandbox/program/environment.ts";
import { commandLine, start } from "../sandbox/start.ts";
import type { Digest } from "../store/digest.ts";
import { writeWhole } from "../store/write.ts";
import { type Facts, fingerprint } from "../store/fingerprint.ts";
import type { Origin } from "../store/record.ts";
import { confine } from "./confine.ts";
import type { RunContext } from "./context.ts";
import type { Outcome } from "./event.ts";
import { GivenFiles } from "./given.ts";
import { keepCheckpoint, keepOutputs } from "./keep.ts";
import { Throughput } from "./throughput.ts";

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
  const { root, store, workdirs, report, signal } = context;
  const started = performance.now();
  const alone = leavesNothing(instance);
  const folder = workdirs.open(instance.stage, alone);
  const prefix = prefixFingerprint(instance, facts);
  const confinement = confine(
    instance,
    from,
    folder,
    outputs,
    environment,
    context,
  );
  let provisional: string | undefined;
  let refused: Failure | undefined;
  const remarks: string[] = [];

  const broken = (
    failure: Failure,
    tail: readonly string[] = [],
  ): InstanceResult => {
    const kept = workdirs.keep(folder, instance.id);
    // The line is long, with every file that may be read: a script to be called.
    const script = join(kept, "rerun.sh");
    writeWhole(script, `${commandLine({ ...confinement, folder: kept })}\n`);
    return {
      outcome: {
        kind: "failed",
        failure,
        log: { tail, path: join(kept, "log.txt") },
        rerun: `sh '${relative(root, script)}'`,
      },
    };
  };

  // From here on, and not from when it was planned: what was touched before
  // and is as it was does no harm.
  const files = new GivenFiles(instance, context);
  const early = files.problem("before it started");
  if (early) return broken(early);
  const begun = await start(confinement, signal);
  if (!begun.ok) return broken(begun.failure);
  const throughput = new Throughput(started / 1000);
  for await (const message of begun.value.messages) {
    switch (message.kind) {
      case "progress":
        report({
          kind: "progress",
          instance: instance.id,
          progress: message.progress,
          ...throughput.note(message.progress, performance.now() / 1000),
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
        }
        break;
      case "failed": // `ended` tells it once more, with its log
        break;
    }
  }
  const ended = await begun.value.ended;
  switch (ended.kind) {
    case "killed":
      workdirs.clear(folder);
      return undefined;
    case "failed":
      return broken(ended.failure, ended.tail);
    case "done":
      context.release();
  }

  if (refused) return broken(refused);
  const changed = files.problem("while it ran");
  if (changed) return broken(changed);
  const kept = await keepOutputs(instance, folder, alone, context);
  if (signal.aborted) {
    workdirs.clear(folder);
    return undefined;
  }
  if (!kept.ok) return broken(kept.failure);
  const seconds = (performance.now() - started) / 1000;
  const id = fingerprint(facts);
  const { work } = instance.declaration;
  store.write(instance.stage, {
    instance: instance.id,
    fingerprint: id,
    facts,
    outputs: kept.value,
    seconds: Math.round(seconds * 1000) / 1000,
    ...(from && { share: shareLeft(from) }),
    ...(work !== undefined && { work }),
    made: new Date().toISOString(),
    wall: ended.wall,
    ...(provisional !== undefined && { provisional }),
    ...(remarks.length > 0 && { remarks }),
  });
  if (alone) workdirs.empty(folder);
  else workdirs.clear(folder);
  return {
    outcome: { kind: "built", seconds },
    outputs: Object.fromEntries(
      Object.entries(kept.value).map(([name, { digest }]) => [name, digest]),
    ),
    fingerprint: id,
    ...(provisional !== undefined && { provisional }),
  };
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
