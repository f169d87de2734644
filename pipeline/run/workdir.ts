/**
 * The private folders in which instances run, below one for each run. A run
 * holds a lock while it lives, so that the next can tell the folders of a killed
 * one and remove them.
 *
 *   work/<run>.lock              locked while the run lives
 *   work/<run>/<n>-<stage>/      one instance
 *   failed/<instance>/           the folder of an instance's last failure, with its log
 *
 * Where nothing of an instance can have outlived it, the next one gets its
 * folder, emptied: it saves making and removing six names, which on some file
 * systems takes longer than all else that the engine does for a stage
 * (docs/rejected.md).
 */
import { join } from "node:path";
import { lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { inStore, removeTree } from "../store/disk.ts";
import { look } from "../store/inode.ts";
import { hold } from "../store/lease.ts";
import { outputFolder, scratchFolder } from "../sandbox/confinement.ts";
import { list } from "../store/store.ts";

/** The private folders of one run. */
export class Workdirs implements Disposable {
  readonly #folder: string;
  readonly #lock: Deno.FsFile;
  readonly #lockPath: string;
  /** Emptied folders, for instances to come. */
  readonly #empty: string[] = [];
  #count = 0;

  constructor(private readonly store: string) {
    const work = join(store, "work");
    inStore(
      store,
      join(work, "lock"),
      () => mkdirSync(work, { recursive: true }),
    );
    sweep(store, work);
    for (;;) {
      const name = `${Deno.pid}-${crypto.randomUUID().slice(0, 8)}`;
      this.#folder = join(work, name);
      this.#lockPath = `${this.#folder}.lock`;
      const lock = hold(store, this.#lockPath);
      if (!lock) continue; // a run that begins now has it, to sweep it away
      this.#lock = lock;
      break;
    }
    mkdirSync(this.#folder);
  }

  /** An empty folder; a new one unless another's may be used. */
  open(stage: string, reuse: boolean): string {
    const emptied = reuse ? this.#empty.pop() : undefined;
    if (emptied !== undefined) return emptied;
    const folder = join(this.#folder, `${this.#count++}-${stage}`);
    mkdirSync(folder);
    return folder;
  }

  /** A path for what is copied out of an instance's folder, where no stage can write. */
  draft(): string {
    return join(this.#folder, `draft-${this.#count++}`);
  }

  /** Whether the run's folder is still there. */
  get stands(): boolean {
    return look(this.#folder) !== undefined;
  }

  /** Removes a folder. */
  clear(folder: string): void {
    removeTree(folder);
  }

  /**
   * Empties a folder whose results are in the store, for another instance. To be
   * called only if no process can be left that may write there.
   */
  empty(folder: string): void {
    for (const made of [outputFolder({ folder }), scratchFolder({ folder })]) {
      // A stage may have changed the rights of its folders.
      if ((lstatSync(made).mode & 0o700) !== 0o700) return this.clear(folder);
      for (const name of readdirSync(made)) {
        removeTree(join(made, name));
      }
    }
    this.#empty.push(folder);
  }

  /** Puts a folder aside for its owner to look into. */
  keep(folder: string, instance: string): string {
    const kept = join(this.store, "failed", encodeURIComponent(instance));
    inStore(this.store, kept, () => {
      mkdirSync(join(this.store, "failed"), { recursive: true });
      removeTree(kept);
      renameSync(folder, kept);
    });
    return kept;
  }

  [Symbol.dispose](): void {
    removeTree(this.#folder);
    rmSync(this.#lockPath, { force: true });
    this.#lock.close();
  }
}

/** Removes the folders of runs that were killed, each while nobody else can take it. */
function sweep(store: string, work: string): void {
  for (const name of list(work)) {
    if (!name.endsWith(".lock")) continue;
    const path = join(work, name);
    const lock = hold(store, path);
    if (!lock) continue;
    removeTree(path.slice(0, -".lock".length));
    removeTree(path);
    lock.close();
  }
}
