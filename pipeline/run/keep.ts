/** Takes into the store what an instance's process made: outputs and checkpoints. */
import { join } from "node:path";
import { fail, type Failure, ok, type Result } from "../failure.ts";
import type { Instance } from "../graph/graph.ts";
import { outputFolder } from "../sandbox/confinement.ts";
import type { Checkpoint } from "../stage/task.ts";
import type { Digest } from "../store/digest.ts";
import { diskFailure, removeTree } from "../store/disk.ts";
import { ingest } from "../store/ingest.ts";
import type { Kept } from "../store/record.ts";
import type { RunContext } from "./context.ts";

/** Takes the outputs in, by a copy unless nobody else can have them. */
export async function keepOutputs(
  { id, declaration }: Instance,
  folder: string,
  sole: boolean,
  { store, workdirs, signal }: RunContext,
): Promise<Result<{ [output: string]: Kept }>> {
  const kept: { [output: string]: Kept } = {};
  try {
    for (const [name, { file }] of Object.entries(declaration.outputs)) {
      const path = join(outputFolder({ folder }), file);
      const taken = await ingest(path, workdirs.draft(), sole, signal);
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
            hint: "leave no process behind that changes it",
          });
        case "aborted":
          return ok(kept);
      }
    }
  } catch (error) {
    const failure = diskFailure(`Cannot keep the outputs of "${id}"`, error);
    if (failure) return fail(failure);
    throw error;
  }
  return ok(kept);
}

/**
 * Takes a checkpoint in, by a copy: the process that made it lives. A failure if
 * there is nothing to be kept.
 */
export async function keepCheckpoint(
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
            "write it to a file below task.scratch, and call task.keep then",
        };
      case "aborted":
        return undefined;
    }
  } catch (error) {
    const failure = diskFailure(`Cannot keep a checkpoint of "${id}"`, error);
    if (failure) return failure;
    throw error;
  }
}
