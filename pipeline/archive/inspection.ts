/**
 * Checks an archive as far as that needs none of its code: levels 0 to 2. The
 * same functions are in the verifier that every archive carries, so this module
 * and what it imports use nothing but Node's modules.
 */
import { statSync } from "node:fs";
import type { Judge } from "../published/publication.ts";
import { openFolder } from "./folder.ts";
import { integrity } from "./integrity.ts";
import type { Level } from "./level.ts";
import { record } from "./record.ts";
import { rejudge } from "./rejudge.ts";
import { type Container, Refused } from "./container.ts";
import { openZip } from "./zip/zip.ts";

/** What was found, level by level; a level that says no ends it. */
export interface Inspection {
  /** The SHA-256 of the manifest: the archive's name for itself. */
  readonly root: string;
  readonly levels: Level[];
}

/** Opens a ZIP or a folder; `undefined` if nothing is there. */
export function openArchive(path: string): Container | undefined {
  const state = statSync(path, { throwIfNoEntry: false });
  if (!state) return undefined;
  return state.isDirectory() ? openFolder(path) : openZip(path);
}

/** Checks an archive up to a level, at most 2. */
export function inspect(path: string, judge: Judge, upTo: number): Inspection {
  const nothing = (answer: Level["answer"], finding: string): Inspection => ({
    root: "",
    levels: [{ level: 0, answer, seen: "no archive", findings: [finding] }],
  });
  let container: Container | undefined;
  try {
    container = openArchive(path);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return nothing("no", `REFUSED ${error.message}`);
  }
  if (!container) return nothing("open", `there is no ${path}`);
  using open = container;
  const { level, root } = integrity(open);
  const levels: Level[] = [level];
  const rest = [() => record(open), () => rejudge(open, judge)];
  for (const next of rest.slice(0, upTo)) {
    if (levels.at(-1)?.answer === "no") break;
    levels.push(next());
  }
  return { root, levels };
}
