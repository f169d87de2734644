/**
 * The folder of what a reader wants: named copies of results, and `run.json`,
 * which says what each file is and what made it. The store is the truth; a file
 * here that was edited or deleted is noticed and put back.
 *
 * While a run goes on, nothing here changes. At its end it puts all that it
 * reached here in one step (generation.ts), one run at a time: the last to finish
 * owns the folder as a whole.
 */
import { join } from "node:path";
import type { Digest } from "../store/digest.ts";
import { check, leftovers, recover, replace } from "./generation.ts";
import type { Instance } from "../graph/graph.ts";
import { type Earlier, readReport, RUN, type RunReport } from "./report.ts";
import { turn } from "../store/lease.ts";
import type { StatCache } from "../store/stat.ts";
import type { Store } from "../store/store.ts";

/** Digests of an instance's outputs by name. */
export type Outputs = { readonly [output: string]: Digest };

/** What a run wants to be in the folder. */
export interface Wanted {
  /** The files of all instances that ended well, by path. */
  readonly reached: ReadonlyMap<string, Digest>;
  /** It is all there is: what an earlier run left goes. */
  readonly complete: boolean;
}

/** What there is to do, and what stays. */
export interface Difference {
  /** Files that are missing or not what they should be. */
  readonly wrong: ReadonlySet<string>;
  /** Files of an earlier run that go. */
  readonly gone: ReadonlySet<string>;
  /** Files of earlier runs that stay. */
  readonly earlier: ReadonlyMap<string, Earlier>;
}

/** The artifacts of a project. */
export class Artifacts {
  constructor(
    readonly folder: string,
    private readonly store: Store,
    private readonly stat: StatCache,
  ) {}

  /**
   * Refuses a folder that cannot be one.
   *
   * @throws Failed
   */
  check(): void {
    check(this.folder);
  }

  /** The artifacts of an instance that are missing or not what they should be. */
  wrong(instance: Instance, outputs: Outputs): string[] {
    const wrong: string[] = [];
    for (
      const [name, { artifact }] of Object.entries(instance.declaration.outputs)
    ) {
      if (artifact === undefined) continue;
      if (this.#digest(artifact) !== outputs[name]) wrong.push(artifact);
    }
    return wrong;
  }

  /** The report of the run whose files are here. */
  report(): RunReport | undefined {
    return readReport(join(this.folder, RUN));
  }

  /** Whether `run.json` is what a file says, word for word. */
  isRun(path: string): boolean {
    const digest = this.stat.digest(path);
    return digest !== undefined && this.#digest(RUN) === digest;
  }

  /**
   * Waits until no other run publishes; `undefined` if the user would not wait.
   * A folder that a killed run was about to exchange is whole again then.
   */
  async turn(signal: AbortSignal): Promise<Disposable | undefined> {
    const { folder } = this.store;
    const mine = await turn(join(folder, "publishing"), signal);
    if (mine) recover(this.folder, folder);
    return mine;
  }

  /**
   * What to do about the folder. A file that an earlier run put here and the
   * present experiment does not have goes: a stale picture must not pass for a
   * current one. One that was edited since is somebody's work and stays.
   */
  difference(
    { reached, complete }: Wanted,
    report: RunReport | undefined,
  ): Difference {
    const wrong = new Set<string>();
    const gone = new Set<string>();
    const earlier = new Map<string, Earlier>();
    for (const [path, digest] of reached) {
      if (this.#digest(path) !== digest) wrong.add(path);
    }
    for (const [path, file] of filesOf(report)) {
      if (reached.has(path) || this.#digest(path) !== file.digest) continue;
      if (complete) gone.add(path);
      else earlier.set(path, file);
    }
    return { wrong, gone, earlier };
  }

  /** Puts the wanted files here, in one step, and the text of `run.json` with them. */
  replace(
    { reached }: Wanted,
    { wrong, gone }: Pick<Difference, "wrong" | "gone">,
    run: string,
  ): void {
    const files = new Map(
      Array.from(reached, ([path, digest]) => [path, {
        from: this.store.object(digest),
        there: !wrong.has(path),
      }]),
    );
    replace(this.folder, this.store.folder, { files, gone, run });
    // Their links were counted anew, which is no edit.
    for (const path of reached.keys()) {
      if (!wrong.has(path)) this.stat.linked(`${this.folder}/${path}`);
    }
  }

  /** Generations that are not the present one. */
  leftovers(): string[] {
    return leftovers(this.folder, this.store.folder);
  }

  #digest(path: string): Digest | undefined {
    try {
      return this.stat.digest(`${this.folder}/${path}`);
    } catch (error) {
      // What may not be read is not what it should be.
      if (error instanceof Deno.errors.PermissionDenied) return undefined;
      if ((error as NodeJS.ErrnoException).code === "EACCES") return undefined;
      throw error;
    }
  }
}

/** All files that a run put or left in the folder, with the run that made each. */
function* filesOf(
  report: RunReport | undefined,
): Iterable<readonly [path: string, file: Earlier]> {
  if (!report) return;
  yield* Object.entries(report.earlier ?? {});
  for (const [path, file] of Object.entries(report.artifacts)) {
    yield [path, { ...file, run: report.run.id }];
  }
}
