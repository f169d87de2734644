/**
 * Writes the quick answer down that noop.ts gives the next time: what was
 * printed, and the state of every file that was looked at to find it.
 */
import { join, resolve } from "node:path";
import type { Opened } from "../plan/open.ts";
import type { Project } from "../project/project.ts";
import { writeWhole } from "../store/write.ts";
import { type Inode, look } from "../store/inode.ts";
import { settled } from "../store/stat.ts";
import {
  type Answer,
  answerPath,
  columns,
  type Ground,
  VERSION,
} from "./noop.ts";

/**
 * Remembers an answer that began to be found at some time, in ms since 1970;
 * not if something that it depends on was touched since, nor where the store
 * cannot be written: then the next answer is found the long way again.
 */
export function remember<Config>(
  project: Project<Config>,
  opened: Opened,
  args: readonly string[],
  began: number,
  answer: Answer,
): void {
  if (opened.chosen) return;
  try {
    write(project, opened, args, began, answer);
  } catch (error) {
    // A file system that says no costs time, not results.
    if (!(error instanceof Error && "code" in error)) throw error;
  }
}

function write<Config>(
  { pipeline, sources }: Project<Config>,
  { stat, root, environment }: Opened,
  args: readonly string[],
  began: number,
  answer: Answer,
): void {
  const states = new Map(stat.seen());
  const engine = join(import.meta.dirname!, ".."); // a local file always has one
  gather(engine, states);
  gather(join(root, "node_modules", ".facsimile"), states);
  for (const source of sources) gather(resolve(root, source), states);
  const lines: string[] = [];
  for (const [name, inode] of states) {
    if (/[\t\n]/.test(name)) return;
    if (inode && !settled(inode, began)) return;
    lines.push(`${inode?.state ?? "-"}\t${name}`);
  }
  const variables = [
    "FACSIMILE_ANY_DENO",
    ...environment,
    ...pipeline.stages.flatMap(({ environment = [] }) => environment),
  ];
  const ground: Ground = {
    version: VERSION,
    root,
    deno: Deno.version.deno,
    arguments: args,
    columns: columns(),
    environment: Object.fromEntries(
      variables.map((name) => [name, Deno.env.get(name) ?? null]),
    ),
    saved: Date.now(),
    answer,
  };
  writeWhole(
    answerPath(root, args),
    [JSON.stringify(ground), ...lines, "end"].join("\n"),
  );
}

/** A folder's own state changes with the names in it, so that a new file shows. */
function gather(path: string, into: Map<string, Inode | undefined>): void {
  const inode = look(path);
  into.set(path, inode);
  if (inode?.kind !== "other") return;
  let entries: Deno.DirEntry[];
  try {
    entries = [...Deno.readDirSync(path)];
  } catch (error) {
    if (error instanceof Deno.errors.NotADirectory) return; // a device
    throw error;
  }
  for (const { name } of entries) gather(`${path}/${name}`, into);
}
