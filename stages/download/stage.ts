/**
 * Fetches one file of the dataset from the first mirror that has it, and keeps
 * it only if it is, byte for byte, the pinned one.
 */
import type { Json } from "../../pipeline/stage/json.ts";
import { canonicalPretty } from "../../pipeline/stage/json.ts";
import type { Run, Task } from "../../pipeline/stage/task.ts";
import { StageError } from "../../pipeline/stage/task.ts";
import type { Patience, Pinned, Refusal } from "./mirror.ts";
import { obtain, PATIENCE } from "./mirror.ts";
import type { Source } from "../formats/source.ts";

export interface Params {
  readonly [key: string]: Json;
  /** The file's name at every mirror. */
  readonly name: string;
  readonly bytes: number;
  /** SHA-256 in lower case hexadecimal digits. */
  readonly sha256: string;
}

export interface Hints {
  /** URLs of folders, in the order in which they are tried. */
  readonly mirrors: readonly string[];
  /** An absolute folder or the URL of one, tried before all others. */
  readonly mirror: string | null;
  /** What to do if no mirror answers: draw stand-in data later, or stop. */
  readonly offline: "glyphs" | "fail";
  /** The name of a dataset that is not built in: nothing stands in for it. */
  readonly dataset?: string;
  /** Where the store has the file already, from another time. */
  readonly stored?: { readonly file?: string };
}

/**
 * Tries the mirrors in turn. If one has the file, it becomes the output `file`.
 * If none could be reached, and a stand-in is allowed, `file` is empty, `source`
 * says "unavailable" and the result is provisional. A mirror that answers with
 * something else than the pinned file is no lack of a network, so that is an
 * error however many others were out of reach.
 */
export async function download(
  task: Task<Params, Hints>,
  patience: Patience = PATIENCE,
): Promise<void> {
  const pinned: Pinned = {
    name: task.params.name,
    bytes: task.params.bytes,
    sha256: task.params.sha256,
  };
  const { mirror, mirrors, offline, dataset, stored } = task.hints;
  if (stored?.file !== undefined) {
    await Deno.copyFile(stored.file, task.output("file"));
    await note(task, "mirror");
    return;
  }
  const part = `${task.scratch}/${pinned.name}.part`;
  const tried: (Refusal & { mirror: string })[] = [];
  for (const from of new Set(mirror ? [mirror, ...mirrors] : mirrors)) {
    const outcome = await obtain(pinned, from, part, task, patience);
    if (outcome.kind === "fetched") {
      await Deno.rename(part, task.output("file"));
      await note(task, "mirror");
      if (tried.length > 0) task.warn(`${tell(tried)}; ${from} has the file`);
      return;
    }
    tried.push({ ...outcome, mirror: from });
  }
  const story = tell(tried);
  const answered = tried.some(({ kind }) => kind === "wrong");
  if (answered || offline === "fail") {
    throw new StageError(
      `Cannot get ${pinned.name}`,
      story === "" ? "no mirror is named" : story,
      answered || story === ""
        ? `correct ${
          dataset === undefined
            ? "dataset.mirrors"
            : `the mirrors of [datasets.${dataset}]`
        }, or set DATASET_MIRROR to a folder or URL that has ${pinned.name} with SHA-256 ${pinned.sha256}`
        : "connect to the network, " +
          (dataset === undefined
            ? "set DATASET_MIRROR to a folder or URL that has the file, " +
              'or let dataset.offline = "glyphs" draw stand-in data'
            : "or set DATASET_MIRROR to a folder or URL that has the file"),
    );
  }
  await Deno.writeFile(task.output("file"), new Uint8Array());
  await note(task, "unavailable");
  // Without the file's name: what all files have in common is then told once.
  task.provisional(
    `no mirror can be reached (${story}), so stand-in data is drawn`,
  );
}

/** Which mirrors gave nothing, and why. */
function tell(tried: readonly (Refusal & { mirror: string })[]): string {
  return tried.map(({ mirror, why }) => `${mirror}: ${why}`).join("; ");
}

async function note(
  task: Task<Params, Hints>,
  kind: Source["kind"],
): Promise<void> {
  const source: Source = { kind };
  await Deno.writeTextFile(task.output("source"), canonicalPretty(source));
}

const run: Run<Params, Hints> = (task) => download(task);
export default run;
