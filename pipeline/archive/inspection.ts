/**
 * Checks an archive as far as that needs none of its code: levels 0 to 2. The
 * same functions are in the verifier that every archive carries, so this module
 * and what it imports use nothing but Node's modules and what esbuild can join.
 */
import { statSync } from "node:fs";
import type { Judge } from "../project/publication.ts";
import { openFolder } from "./folder.ts";
import { integrity } from "./integrity.ts";
import type { Level } from "./level.ts";
import { record } from "./record.ts";
import { rejudge } from "./rejudge.ts";
import { type Container, Refused } from "./container.ts";
import { openZip } from "./zip/zip.ts";

/** What was found, level by level; a level that says no ends it. */
interface Inspection {
  /** The SHA-256 of the manifest: the archive's name for itself. */
  readonly root: string;
  readonly levels: Level[];
}

/** Opens a ZIP or a folder; `undefined` if nothing is there. */
export function openArchive(path: string): Container | undefined {
  const state = statSync(path, { throwIfNoEntry: false });
  if (!state) return undefined;
  if (state.isDirectory()) return openFolder(path);
  // A pipe would be waited for, a device read without an end.
  if (!state.isFile()) throw new Refused("it is neither a file nor a folder");
  return openZip(path);
}

/**
 * Checks an archive up to a level, at most 2. Whatever the archive is, there is an
 * answer: that it cannot be read is one, too.
 */
export function inspect(path: string, judge: Judge, upTo: number): Inspection {
  const levels: Level[] = [];
  const add = (answer: Level["answer"], seen: string, finding: string) =>
    levels.push({ level: levels.length, answer, seen, findings: [finding] });
  let root = "";
  try {
    using container = openArchive(path);
    if (!container) {
      add("open", "no archive", `there is no ${path}`);
      return { root, levels };
    }
    const found = integrity(container);
    root = found.root;
    levels.push(found.level);
    const rest = [
      () => record(container, judge),
      () => rejudge(container, judge),
    ];
    for (const next of rest.slice(0, upTo)) {
      if (levels.at(-1)?.answer === "no") break;
      levels.push(next());
    }
  } catch (error) {
    if (error instanceof Refused) {
      add("no", "no archive", `REFUSED ${error.message}`);
    } else if (isOfTheMachine(error)) {
      add("open", "it cannot be read", error.message);
    } else throw error;
  }
  return { root, levels };
}

/** Whether the disk or a permission is what failed; Node's own complaints are bugs. */
export function isOfTheMachine(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const { code } = error as NodeJS.ErrnoException;
  return error.name === "NotCapable" ||
    (typeof code === "string" && /^E[A-Z0-9]+$/.test(code));
}
