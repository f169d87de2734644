/**
 * Running one instance: its process, what it says on the way, and the
 * publication of what it made. Outputs are hashed, put into the store and
 * recorded, in that order and by the engine: a process that outlives its run
 * cannot publish anything.
 */
import { join, relative } from "node:path";
import type { Code } from "../code/code.ts";
import { type Digest, isDigest } from "../store/digest.ts";
import { ingest } from "../store/ingest.ts";
import { diskFailure, removeTree, writeWhole } from "../store/disk.ts";
import type { Report } from "./event.ts";
import { factKey } from "../plan/facts.ts";
import { type Facts, fingerprint } from "../store/fingerprint.ts";
import { fail, type Failure, ok, type Result } from "../failure.ts";
import type { Instance } from "../graph/graph.ts";
import type { Confinement } from "../sandbox/confinement.ts";
import { outputFolder } from "../sandbox/confinement.ts";
import { commandLine, type Ended, start } from "../sandbox/process.ts";
import type { StatCache } from "../store/stat.ts";
import type { Kept, Store } from "../store/store.ts";
import { Throughput } from "./throughput.ts";
import { type Changed, type Given, GivenFiles } from "./given.ts";
import type { Point } from "../stage/declaration.ts";
import type { Checkpoint } from "../stage/task.ts";
import type { Workdirs } from "./workdir.ts";

/** What is needed to run any instance. */
export interface RunContext {
  readonly root: string;
  readonly store: Store;
  readonly workdirs: Workdirs;
  readonly code: (instance: Instance) => Code | undefined;
  readonly stat: StatCache;
  /** The digest that a file of the project had when it was planned with. */
  readonly file: (path: string) => Digest | undefined;
  readonly require: "deno" | "kernel";
  readonly report: Report;
  readonly signal: AbortSignal;
  /** Tells that an instance's process has ended well: its cores are free. */
  readonly release: () => void;
}

/** What became of an instance that ran. */
export type Built =
  | {
    readonly kind: "built";
    readonly outputs: { readonly [output: string]: Digest };
    readonly seconds: number;
    readonly provisional?: string;
  }
  | {
    readonly kind: "failed";
    readonly failure: Failure;
    readonly log: { tail: readonly string[]; path: string };
    readonly rerun: string;
  }
  | { readonly kind: "aborted" };

/** Runs an instance whose facts are known, and records what it made. */
export async function build(
  instance: Instance,
  facts: Facts,
  outputs: (instance: string, output: string) => Digest,
  context: RunContext,
): Promise<Built> {
  const { root, store, workdirs, report, signal } = context;
  const started = performance.now();
  const alone = leavesNothing(instance);
  const folder = workdirs.open(instance.stage, alone);
  const prefix = prefixFingerprint(instance, facts);
  const confinement = await confine(instance, prefix, folder, outputs, context);
  let provisional: string | undefined;
  let refused: Failure | undefined;
  const remarks: string[] = [];

  const broken = (failure: Failure, tail: readonly string[] = []): Built => {
    const kept = workdirs.keep(folder, instance.id);
    // The line is long, with every file that may be read: a script to be called.
    const script = join(kept, "rerun.sh");
    writeWhole(script, `${commandLine({ ...confinement, folder: kept })}\n`);
    return {
      kind: "failed",
      failure,
      log: { tail, path: join(kept, "log.txt") },
      rerun: `sh '${relative(root, script)}'`,
    };
  };

  // From here on, and not from when it was planned: what was touched before
  // and is as it was does no harm.
  const files = new GivenFiles(given(instance, context), context.stat);
  const early = changedMeanwhile(instance, files, "before it started", context);
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
        break;
      case "checkpoint":
        // The next run would go on from what another text had computed.
        if (prefix !== undefined && !hasChanged(files.changed())) {
          refused ??= await keep(prefix, message.checkpoint, instance, context);
        }
        break;
      case "failed": // `ended` tells it once more, with its log
        break;
    }
  }
  const ended: Ended = await begun.value.ended;
  switch (ended.kind) {
    case "killed":
      workdirs.clear(folder);
      return { kind: "aborted" };
    case "failed":
      return broken(ended.failure, ended.tail);
    case "done":
      context.release();
  }

  if (refused) return broken(refused);
  const changed = changedMeanwhile(instance, files, "while it ran", context);
  if (changed) return broken(changed);
  const kept = await publish(instance, folder, alone, context);
  if (signal.aborted) {
    workdirs.clear(folder);
    return { kind: "aborted" };
  }
  if (!kept.ok) return broken(kept.failure);
  const seconds = (performance.now() - started) / 1000;
  store.write(instance.stage, {
    instance: instance.id,
    fingerprint: fingerprint(facts),
    facts,
    outputs: kept.value,
    seconds: Math.round(seconds * 1000) / 1000,
    made: new Date().toISOString(),
    wall: ended.wall,
    ...(provisional !== undefined && { provisional }),
    ...(remarks.length > 0 && { remarks }),
  });
  if (alone) workdirs.empty(folder);
  else workdirs.clear(folder);
  return {
    kind: "built",
    outputs: Object.fromEntries(
      Object.entries(kept.value).map(([name, { digest }]) => [name, digest]),
    ),
    seconds,
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

/**
 * What a checkpoint is kept under: all facts but the parameter along which the
 * instance can be continued.
 */
function prefixFingerprint(
  { declaration: { resume } }: Instance,
  facts: Facts,
): Digest | undefined {
  if (!resume) return;
  const { [`param ${factKey(resume.along)}`]: _, ...rest } = facts;
  return fingerprint(rest);
}

async function confine(
  instance: Instance,
  prefix: Digest | undefined,
  folder: string,
  outputs: (instance: string, output: string) => Digest,
  { root, store, code, require, signal }: RunContext,
): Promise<Confinement> {
  const { declaration } = instance;
  const inputs: Record<string, string | { point: Point; path: string }[]> = {};
  for (const [name, link] of Object.entries(instance.links)) {
    switch (link.kind) {
      case "file":
        inputs[name] = join(root, link.path);
        break;
      case "one": {
        const { instance: from, output } = link.source;
        inputs[name] = store.object(outputs(from.id, output));
        break;
      }
      case "every":
        inputs[name] = link.sources.map(({ instance: from, output }) => ({
          point: from.point,
          path: store.object(outputs(from.id, output)),
        }));
    }
  }
  const stored = atHand(declaration.pinned ?? {}, store);
  // As an input it may be read; that it is there is no fact, its digest is one.
  if (Object.keys(stored).length > 0) {
    inputs.stored = Object.values(stored).map((path) => ({ point: {}, path }));
  }
  const read = code(instance);
  const along = declaration.resume?.along;
  const end = along === undefined ? undefined : declaration.params?.[along];
  return {
    instance: instance.id,
    root,
    runs: declaration.runs,
    code: read?.files ?? [],
    readable: read?.readable ?? false,
    packages: read?.packages ?? [],
    params: declaration.params ?? {},
    hints: { ...declaration.hints, stored },
    point: instance.point,
    inputs,
    outputs: Object.fromEntries(
      Object.entries(declaration.outputs).map((
        [name, { file }],
      ) => [name, file]),
    ),
    folder,
    checkpoint: prefix !== undefined && typeof end === "number"
      ? await store.checkpoint(prefix, end, signal)
      : undefined,
    permissions: declaration.permissions ?? {},
    gpu: (declaration.resources?.gpu ?? 0) > 0,
    require,
  };
}

/** The files that an instance's process reads where they are. */
function given(instance: Instance, { root, code, file }: RunContext): Given[] {
  const inputs = Object.values(instance.links).flatMap((link): Given[] =>
    link.kind === "file"
      ? [{
        path: join(root, link.path),
        digest: file(link.path) ?? null,
        within: root,
      }]
      : []
  );
  const bytes = Object.entries(code(instance)?.bytes ?? {})
    .map(([path, digest]): Given => ({ path, digest }));
  return [...bytes, ...inputs];
}

function hasChanged({ edited, touched }: Changed): boolean {
  return edited.length > 0 || touched.length > 0;
}

/**
 * Files that are not what they were: nobody knows which of two texts the instance
 * saw, so its result belongs to neither.
 */
function changedMeanwhile(
  { id }: Instance,
  files: GivenFiles,
  when: string,
  { root }: RunContext,
): Failure | undefined {
  const changed = files.changed();
  if (!hasChanged(changed)) return undefined;
  const list = (paths: readonly string[]) =>
    paths.map((path) => relative(root, path)).join(", ");
  const { edited, touched } = changed;
  return {
    kind: "changed-meanwhile",
    what: when === "while it ran"
      ? `Cannot keep the result of "${id}"`
      : `Cannot start "${id}"`,
    seen: edited.length > 0
      ? `${when}, somebody edited ${list(edited)}`
      : `${when}, somebody touched ${list(touched)}, ` +
        "and nobody can know what it has read",
    hint: "run again",
  };
}

/** The pinned contents that the store holds, by output. */
function atHand(
  pinned: { readonly [output: string]: string },
  store: Store,
): { [output: string]: string } {
  return Object.fromEntries(
    Object.entries(pinned).flatMap(([output, digest]) =>
      isDigest(digest) && store.holds(digest)
        ? [[output, store.object(digest)]]
        : []
    ),
  );
}

/** Moves the outputs into the store. */
async function publish(
  { id, declaration }: Instance,
  folder: string,
  alone: boolean,
  { store, workdirs, signal }: RunContext,
): Promise<Result<{ [output: string]: Kept }>> {
  const kept: { [output: string]: Kept } = {};
  try {
    for (const [name, { file }] of Object.entries(declaration.outputs)) {
      const path = join(outputFolder({ folder }), file);
      const taken = await ingest(path, workdirs.draft(), alone, signal);
      switch (taken.kind) {
        case "taken":
          await store.place(taken, signal);
          kept[name] = { digest: taken.digest, size: taken.size };
          break;
        case "refused": // it was one when the process ended
          return fail({
            kind: "output-missing",
            what: `The output "${name}" of ${id} is no plain file any more`,
            seen: file,
            hint: "Leave no process behind that changes it",
          });
        case "aborted":
          return ok(kept);
      }
    }
  } catch (error) {
    const failure = diskFailure(`Keep the outputs of "${id}"`, error);
    if (failure) return fail(failure);
    throw error;
  }
  return ok(kept);
}

/**
 * Takes a checkpoint into the store, by a copy: the process that made it lives. A
 * failure if there is nothing to be kept.
 */
async function keep(
  prefix: Digest,
  { position, path }: Checkpoint,
  { id }: Instance,
  { store, workdirs, signal }: RunContext,
): Promise<Failure | undefined> {
  try {
    const taken = await ingest(path, workdirs.draft(), false, signal);
    switch (taken.kind) {
      case "taken":
        await store.placeCheckpoint(prefix, position, taken, signal);
        removeTree(path);
        return undefined;
      case "refused":
        return {
          kind: "checkpoint-missing",
          what: `${id} hands over a checkpoint that is no plain file`,
          seen: path,
          hint:
            "Write it to a file below task.scratch, and call task.keep then",
        };
      case "aborted":
        return undefined;
    }
  } catch (error) {
    const failure = diskFailure(`Keep a checkpoint of "${id}"`, error);
    if (failure) return failure;
    throw error;
  }
}
