/** Opens the page of a project in the reader's browser. */
import { join } from "node:path";
import { existsSync, readFileSync } from "node:fs";
import { writeWhole } from "../../store/write.ts";
import { Failed } from "../../failure.ts";

const PROGRAMS = { darwin: "open", linux: "xdg-open" } as const;

/** Where a page that can show the run that made it expects `run.json`. */
const PLACE = '<script type="application/json" id="run"></script>';

/**
 * The page with the run that made it, times and all: what differs between two
 * equal runs cannot be part of an artifact.
 */
export function withRun(page: string, run: string): string {
  // "<" would let a text within the JSON end the element.
  const json = run.trim().replaceAll("<", "\\u003c");
  return page.replace(PLACE, () => PLACE.replace("><", () => `>${json}<`));
}

/** Opens a copy of the artifact `page`, with its run, with the system's program for it. */
export async function openPage(root: string, page: string): Promise<void> {
  const artifacts = join(root, "artifacts");
  const original = join(artifacts, page);
  const path = join(root, ".store", "cache", "page.html");
  const program = Deno.build.os === "darwin" ? PROGRAMS.darwin : PROGRAMS.linux;
  const failure = (seen: string) =>
    new Failed({
      kind: "open",
      what: `Cannot open ${page}`,
      seen,
      hint: `open ${original} in a browser`,
    });
  if (!existsSync(original)) throw failure(`this run left no ${page}`);
  const text = readFileSync(original, "utf8");
  const run = readFileSync(join(artifacts, "run.json"), "utf8");
  writeWhole(path, withRun(text, run));
  try {
    const { success } = await new Deno.Command(program, {
      args: [path],
      stdout: "null",
      stderr: "null",
    }).output();
    if (!success) throw failure(`${program} could not open it`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw failure(`${program} is not installed`);
  }
}
