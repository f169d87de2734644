/**
 * What a person says of a run afterwards: words to find it by, and a note. They
 * stand beside the report, which is never rewritten, and are no fact: nothing
 * runs again for them.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { inStore } from "../store/disk.ts";
import { readJson } from "../store/read.ts";
import type { Store } from "../store/store.ts";
import { writeDurably } from "../store/write.ts";

/** The words and the note of a run. */
export interface Marks {
  /** In the order in which they were given. */
  readonly tags: readonly string[];
  /** Empty without one. */
  readonly note: string;
}

/** A word that marks a run. */
export const TAG = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,39}$/u;

const MARKS = v.object({ tags: v.array(v.string()), note: v.string() });

/** The marks of a run; none where nobody gave any. */
export function readMarks(store: Store, id: string): Marks {
  return readJson(marksPath(store, id), MARKS) ?? { tags: [], note: "" };
}

/** Changes the marks of a run. */
export function mark(
  store: Store,
  id: string,
  change: (marks: Marks) => Marks,
): void {
  const { tags, note } = change(readMarks(store, id));
  const path = marksPath(store, id);
  const all = { tags: [...new Set(tags)], note: note.trim() };
  if (all.tags.length === 0 && all.note === "") rmSync(path, { force: true });
  else {
    inStore(
      store.folder,
      path,
      () => writeDurably(path, JSON.stringify(all) + "\n"),
    );
  }
}

/** Where the marks of a run stand. */
export function marksPath(store: Store, id: string): string {
  return join(store.folder, "marks", `${id}.json`);
}
