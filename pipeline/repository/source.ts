/** Where a newer engine comes from: a folder of this machine, or a repository of Git. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { fail, ok, type Result } from "../failure.ts";

/** An engine at hand, until it is disposed of. */
export interface Source extends Disposable {
  readonly folder: string;
  /** Its address, if it has one that others can reach. */
  readonly from?: string;
}

/** An address that Git can clone: `https://…`, `git@host:…`. */
const ADDRESS = /^([a-z+]+:\/\/|[\w.-]+@[\w.-]+:)/;

/** Opens a folder, relative to another one, or clones a repository. */
export async function openSource(
  from: string,
  here: string,
): Promise<Result<Source>> {
  if (!ADDRESS.test(from)) {
    const folder = resolve(here, from);
    const there = statSync(folder, { throwIfNoEntry: false })?.isDirectory();
    return there ? ok({ folder, [Symbol.dispose]() {} }) : fail({
      kind: "engine",
      what: "Cannot update the engine",
      seen: `${folder} is no folder`,
      hint: "name a folder of Facsimile, or the address of its repository",
    });
  }
  const folder = await Deno.makeTempDir({ prefix: "facsimile-engine-" });
  const dispose = () => Deno.removeSync(folder, { recursive: true });
  const { success, stderr } = await clone(from, folder);
  if (!success) {
    dispose();
    return fail({
      kind: "clone",
      what: `Cannot fetch the engine from ${from}`,
      // The line of the reason; those after it say what may be wrong.
      seen: /^fatal: (.*)$/m.exec(stderr)?.[1] ??
        (stderr.trim() || "no reason is told"),
      hint: "check the address, or name a folder of Facsimile",
    });
  }
  return ok({ folder, from, [Symbol.dispose]: dispose });
}

async function clone(
  from: string,
  folder: string,
): Promise<{ success: boolean; stderr: string }> {
  try {
    const { success, stderr } = await new Deno.Command("git", {
      args: ["clone", "--quiet", "--depth", "1", "--", from, folder],
      stdin: "null",
      stdout: "null",
      env: { GIT_TERMINAL_PROMPT: "0", LC_ALL: "C" },
    }).output();
    return { success, stderr: new TextDecoder().decode(stderr) };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return { success: false, stderr: "there is no Git on this machine" };
  }
}
