/** What is edited in a project, as it happens. */
import { join, relative } from "node:path";
import { existsSync, statSync } from "node:fs";
import { Failed } from "../failure.ts";
import { isMissing } from "../store/disk.ts";

/** What changes on its own when we run. */
const OURS =
  /^(\.store|artifacts|\.artifacts\.generations|node_modules|\.git)(\/|$)/;
/** What editors put beside a file while they save it, or while it is open. */
const EDITORS = /(^|\/)(\.#[^/]*|#[^/]*#|[^/]*~|\.[^/]*\.sw.|4913)$/;
/** An editor writes in several steps: it is waited until it is quiet so long, in ms. */
const QUIET = 100;

/**
 * Notes which files are touched. The root is watched for its own entries, and each
 * folder in it with all below: to watch the packages and the store as well takes
 * seconds, and more watches than a system may have.
 */
export class Changes implements Disposable {
  readonly #root: string;
  readonly #watchers = new Map<string, Deno.FsWatcher>();
  #touched = new Set<string>();
  /** Those that got another name, under which they are touched, too. */
  readonly #renamed = new Set<string>();
  #wake = () => {};
  #closed = false;

  constructor(root: string) {
    this.#root = Deno.realPathSync(root); // as macOS names what has changed
    this.#follow(this.#root, false);
    for (const { name } of Deno.readDirSync(this.#root)) this.#enter(name);
  }

  /** The files touched since the last time, relative to the root, once there are any; none after the end. */
  async next(): Promise<string[]> {
    for (;;) {
      while (this.#touched.size === 0) {
        if (this.#closed) return [];
        await new Promise<void>((resolve) => this.#wake = resolve);
      }
      for (let before = 0; before !== this.#touched.size;) {
        before = this.#touched.size;
        await new Promise((resolve) => setTimeout(resolve, QUIET));
      }
      // A file that an editor wrote beside another and renamed over it is gone.
      const touched = [...this.#touched].filter((path) =>
        !this.#renamed.has(path) || existsSync(join(this.#root, path))
      );
      this.#renamed.clear();
      this.#touched = new Set();
      if (touched.length > 0) return touched.sort();
    }
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
    this.#wake();
  }

  /** Watches an entry of the root anew: a folder may be another one of the same name. */
  #enter(name: string): void {
    const path = join(this.#root, name);
    this.#watchers.get(path)?.close();
    this.#watchers.delete(path);
    if (OURS.test(name)) return;
    try {
      if (statSync(path).isDirectory()) this.#follow(path, true);
    } catch (error) {
      if (!isMissing(error)) throw error; // gone again, which is told, too
    }
  }

  #follow(path: string, recursive: boolean): void {
    try {
      const watcher = Deno.watchFs(path, { recursive });
      this.#watchers.set(path, watcher);
      this.#listen(watcher);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      if (!(error instanceof Error)) throw error;
      throw new Failed({
        kind: "watch",
        what: `Cannot watch the folder "${path}"`,
        seen: error.message,
        hint: /os error (24|28)\b/.test(error.message)
          ? "raise the limits fs.inotify.max_user_watches and max_user_instances of this system"
          : "run without --watch",
      });
    }
  }

  async #listen(watcher: Deno.FsWatcher): Promise<void> {
    for await (const { kind, paths } of watcher) {
      if (kind === "access") continue;
      const names = paths.map((path) => relative(this.#root, path));
      const [from, to] = names;
      if (
        kind === "rename" && from !== undefined && to !== undefined &&
        !ignored(to)
      ) this.#renamed.add(from);
      for (const name of names) this.#note(name);
    }
  }

  #note(path: string): void {
    if (ignored(path)) return;
    if (!path.includes("/")) this.#enter(path);
    this.#touched.add(path);
    this.#wake();
  }
}

/** Whether a change of a path, relative to the root, is nobody's edit. */
function ignored(path: string): boolean {
  return path === "" || OURS.test(path) || EDITORS.test(path);
}
