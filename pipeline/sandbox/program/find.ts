/** Finds the programs of this machine, also those that a version manager chooses. */
import { basename, dirname, join } from "node:path";
import { fail, ok, type Result } from "../../failure.ts";
import { look } from "../../store/inode.ts";
import { SYSTEM_PATH } from "../wall/system.ts";
import { realPath } from "../../store/path.ts";

/** A program of the machine. */
export interface Program {
  readonly path: string;
  /** Every name that was looked at on the way to it, there or not. */
  readonly looked: readonly string[];
  /** A version manager chose it: nobody can say beforehand when it chooses another. */
  readonly chosen: boolean;
}

/**
 * Where a program is: on PATH, unless its path is given. What a version manager
 * put there in its place is asked which one it stands for, since it would choose
 * by folder, environment and files that no fact tells of. A failure for `wanted`
 * if it is nowhere.
 */
export function findProgram(name: string, wanted: string): Result<Program> {
  const path = Deno.env.get("PATH") ?? SYSTEM_PATH;
  const isPath = name.startsWith("/");
  const places = isPath
    ? [name]
    : path.split(":").filter((folder) => folder.startsWith("/"))
      .map((folder) => `${folder}/${name}`);
  const at = places.findIndex(isExecutable);
  const found = places[at];
  if (found === undefined) {
    return fail({
      kind: "missing-program",
      what: `Cannot find the program "${name}" for ${wanted}`,
      seen: isPath ? `no executable file has this path` : `PATH: ${path}`,
      hint: isPath
        ? "correct the path, or make the file executable"
        : `install ${name}, or add its folder to PATH`,
    });
  }
  const looked = [...places.slice(0, at).map(visible), ...trail(found)];
  const manager = managerOf(found);
  if (manager === undefined) return ok({ path: found, looked, chosen: false });
  const real = askManager(manager, basename(found));
  if (real !== undefined) {
    return ok({
      path: real,
      looked: [...looked, ...trail(real)],
      chosen: true,
    });
  }
  return fail({
    kind: "shim",
    what: `Cannot tell which program "${found}" stands for`,
    seen: `${manager} which ${basename(found)} names none`,
    hint:
      "install a version of it, or declare the command with the path of the program itself",
  });
}

function isExecutable(path: string): boolean {
  try {
    const { isFile, mode } = Deno.statSync(path);
    return isFile && ((mode ?? 0o111) & 0o111) !== 0;
  } catch (error) {
    if (
      error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory ||
      error instanceof Deno.errors.PermissionDenied
    ) return false;
    throw error;
  }
}

/** What can be looked at of a name: itself, or the folder that hides it. */
function visible(path: string): string {
  try {
    look(path);
    return path;
  } catch (error) {
    if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
    return visible(dirname(path));
  }
}

/** A name and all links on the way from it to the file that it leads to. */
function trail(path: string): string[] {
  const names = [path];
  let open = path.split("/").slice(1);
  let at = "";
  // As often as Linux follows links.
  for (let links = 0; open.length > 0 && links < 40;) {
    const [first = "", ...rest] = open;
    open = rest;
    if (first === "" || first === ".") continue;
    if (first === "..") {
      at = dirname(at === "" ? "/" : at).replace(/^\/$/, "");
      continue;
    }
    const next = `${at}/${first}`;
    if (!Deno.lstatSync(next).isSymlink) {
      at = next;
      continue;
    }
    links++;
    names.push(next);
    const target = Deno.readLinkSync(next);
    if (target.startsWith("/")) at = "";
    open = [...target.split("/"), ...open];
  }
  return [...new Set([...names, at])];
}

/**
 * The version manager behind a program: pyenv, rbenv, nodenv, asdf by a script
 * that hands over to it, mise and rustup by a link to themselves, volta by one to
 * its shim.
 */
function managerOf(path: string): string | undefined {
  const real = realPath(path);
  switch (basename(real)) {
    case "mise":
    case "asdf":
    case "rustup":
      return basename(path) === basename(real) ? undefined : real;
    case "volta-shim":
      return join(dirname(real), "volta");
  }
  const script = start(real);
  return script.startsWith("#!")
    ? /^\s*exec\s+"?([^\s"]+)"?\s+exec\s/m.exec(script)?.[1]
    : undefined;
}

/** The first few thousand letters of a file: a shim is short. */
function start(path: string): string {
  const bytes = new Uint8Array(4096);
  try {
    using file = Deno.openSync(path);
    const count = file.readSync(bytes) ?? 0;
    return new TextDecoder().decode(bytes.subarray(0, count));
  } catch (error) {
    // It can be executed, and not be read.
    if (error instanceof Deno.errors.PermissionDenied) return "";
    throw error;
  }
}

/** By what was asked, since a manager takes a tenth of a second: the environment stays. */
const chosen = new Map<string, string | undefined>();

/** Lets managers be asked anew: they may choose another program today. */
export function forgetChoices(): void {
  chosen.clear();
}

/** Which program a manager would run here. */
function askManager(manager: string, name: string): string | undefined {
  const key = `${manager}\n${name}\n${Deno.cwd()}`;
  if (!chosen.has(key)) chosen.set(key, whichOf(manager, name));
  return chosen.get(key);
}

function whichOf(manager: string, name: string): string | undefined {
  let said;
  try {
    said = new Deno.Command(manager, {
      args: ["which", name],
      stdin: "null",
      stderr: "null",
    }).outputSync();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  const path = new TextDecoder().decode(said.stdout).trim();
  return said.success && path.startsWith("/") && isExecutable(path) &&
      managerOf(path) === undefined
    ? path
    : undefined;
}
