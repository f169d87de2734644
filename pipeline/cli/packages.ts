/**
 * The npm packages of the project, installed as deno.lock says. Stages run
 * without a network and find them in `node_modules`, so they have to be there
 * before anything is planned.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { digestFile } from "../store/digest.ts";
import { isMissing } from "../store/disk.ts";
import { writeWhole } from "../store/write.ts";
import { fail, ok, type Result } from "../failure.ts";

/**
 * Installs the packages if the lock is another one than the last time. `say` is
 * told before, since it may take a minute.
 */
export async function installPackages(
  root: string,
  say: (line: string) => void,
): Promise<Result<void>> {
  const lock = join(root, "deno.lock");
  if (!existsSync(lock)) return ok(undefined);
  const digest = digestFile(lock);
  const modules = join(root, "node_modules");
  const marker = join(modules, ".facsimile");
  if (read(marker) === digest) return ok(undefined);
  say("installing packages as deno.lock has them (once)");
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["install", "--frozen", "--quiet"],
    cwd: root,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).output();
  if (!success) {
    return fail({
      kind: "packages",
      what: "Cannot install the packages that deno.lock names",
      seen: new TextDecoder().decode(stderr).trim().split("\n").slice(-3).join(
        "\n",
      ),
      hint: "connect to the network once; afterwards none is needed",
    });
  }
  if (existsSync(modules)) writeWhole(marker, digest);
  return ok(undefined);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
