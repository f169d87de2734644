/**
 * The folder of what a reader wants: named copies of results, and `run.json`,
 * which says what each file is and what made it. The store is the truth; a file
 * here that was edited or deleted is noticed and put back.
 */
import { join, relative } from "node:path";
import { readdirSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import type { Digest } from "./digest.ts";
import { copyWhole, isMissing } from "./disk.ts";
import type { Instance } from "./graph.ts";
import { look } from "./inode.ts";
import type { StatCache } from "./stat.ts";
import type { Store } from "./store.ts";

/** Digests of an instance's outputs by name. */
export type Outputs = { readonly [output: string]: Digest };

/** The artifacts of a project. */
export class Artifacts {
  constructor(
    readonly folder: string,
    private readonly store: Store,
    private readonly stat: StatCache,
  ) {}

  /** The artifacts of an instance that are missing or not what they should be. */
  wrong(instance: Instance, outputs: Outputs): string[] {
    const wrong: string[] = [];
    for (
      const [name, { artifact }] of Object.entries(instance.declaration.outputs)
    ) {
      if (artifact === undefined) continue;
      const digest = this.stat.digest(join(this.folder, artifact));
      if (digest !== outputs[name]) wrong.push(artifact);
    }
    return wrong;
  }

  /** Puts the wrong ones of an instance's artifacts (back) in place. */
  restore(instance: Instance, outputs: Outputs): string[] {
    const wrong = this.wrong(instance, outputs);
    for (
      const [name, { artifact }] of Object.entries(instance.declaration.outputs)
    ) {
      const digest = outputs[name];
      if (artifact === undefined || digest === undefined) continue;
      if (!wrong.includes(artifact)) continue;
      const path = join(this.folder, artifact);
      // A folder that somebody made where a file belongs.
      if (look(path)?.kind === "other") rmSync(path, { recursive: true });
      copyWhole(this.store.object(digest), path, 0o644);
    }
    return wrong;
  }

  /**
   * Removes files that an earlier run put here and the present experiment does
   * not have: a stale figure must not pass for a current one. A file that was
   * edited since is somebody's work and stays.
   *
   * @returns the removed and the spared, relative to the folder.
   */
  prune(
    current: ReadonlySet<string>,
  ): { removed: string[]; spared: string[] } {
    const removed: string[] = [];
    const spared: string[] = [];
    for (const [artifact, digest] of this.#published()) {
      if (current.has(artifact)) continue;
      const path = join(this.folder, artifact);
      const now = this.stat.digest(path);
      if (now === undefined) continue;
      if (now === digest) {
        rmSync(path);
        removed.push(artifact);
        this.#removeEmptyFolders(path);
      } else spared.push(artifact);
    }
    return { removed, spared };
  }

  /** What the last run.json says is here. */
  *#published(): Iterable<[string, string]> {
    let text: string;
    try {
      text = readFileSync(join(this.folder, "run.json"), "utf8");
    } catch (error) {
      if (isMissing(error)) return;
      throw error;
    }
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      if (error instanceof SyntaxError) return;
      throw error;
    }
    const { artifacts = {} } = value as {
      artifacts?: { [path: string]: { digest?: string } };
    };
    for (const [path, entry] of Object.entries(artifacts)) {
      const inside = relative(this.folder, join(this.folder, path));
      if (inside.startsWith("..") || typeof entry?.digest !== "string") {
        continue;
      }
      yield [path, entry.digest];
    }
  }

  #removeEmptyFolders(path: string): void {
    let folder = join(path, "..");
    while (folder !== this.folder && readdirSync(folder).length === 0) {
      rmdirSync(folder);
      folder = join(folder, "..");
    }
  }
}
