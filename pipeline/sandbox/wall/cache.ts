/**
 * Deno's cache, and how it is filled before a process stands behind a kernel wall.
 * There it can be read and not written, or native code could leave something for
 * the next stage; and Deno tries for 200 ms to write what is missing.
 */
import { realPath } from "../../store/path.ts";

/** Compiles what is not compiled yet; executes nothing. About 30 ms, after an edit. */
export function compile(
  modules: readonly string[],
  root: string,
): void {
  const folder = denoDir();
  const stale = modules.filter((path) =>
    /\.[cm]?[jt]sx?$/.test(path) && isStale(realPath(path), folder)
  );
  if (stale.length === 0) return;
  // Fails where the stage will fail, too, and then in its own words.
  new Deno.Command(Deno.execPath(), {
    args: [
      "cache",
      "--quiet",
      "--no-check",
      "--no-lock",
      "--node-modules-dir=manual",
      `--config=${root}/deno.json`,
      ...stale,
    ],
    cwd: root,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).outputSync();
}

/** By modification time: only a guess, which costs no more than the time saved. */
function isStale(path: string, folder: string): boolean {
  try {
    const compiled = Deno.statSync(`${folder}/gen/file${path}.js`).mtime;
    const source = Deno.statSync(path).mtime;
    return compiled === null || source === null || compiled < source;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return true;
    // A cache that may not be read, as that of another's HOME: the stage's Deno
    // finds none either, and compiles for itself.
    if (error instanceof Deno.errors.PermissionDenied) return false;
    throw error;
  }
}

/** Deno's cache: compiled modules, and V8's code cache, which saves a large library 50 ms. */
export function denoDir(): string {
  const given = Deno.env.get("DENO_DIR");
  if (given) return given;
  const home = Deno.env.get("HOME") ?? "/";
  return Deno.build.os === "darwin"
    ? `${home}/Library/Caches/deno`
    : `${Deno.env.get("XDG_CACHE_HOME") ?? `${home}/.cache`}/deno`;
}
