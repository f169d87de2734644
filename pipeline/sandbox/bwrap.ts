/**
 * bubblewrap: a file system of its own for a process, with only what is listed.
 * For kernels without Landlock; needs user namespaces, which containers and
 * some distributions switch off.
 */
import type { Restriction } from "./landlock.ts";
import { realPath } from "./path.ts";
import type { Rule } from "./rule.ts";

const OPTIONS: { readonly [access in Rule["access"]]: string } = {
  read: "--ro-bind-try",
  run: "--ro-bind-try",
  write: "--bind-try",
  device: "--dev-bind-try",
};

/** The arguments of `bwrap` for a restriction. */
export function bwrapArguments(
  { rules, net, program, args }: Restriction,
  cwd: string,
): readonly string[] {
  // A folder before what lies in it, or it would hide it. /proc and the plain
  // devices are bwrap's own.
  const mounts = new Map<string, readonly string[]>();
  for (const { path, access } of rules) {
    if (path === "/proc" || PLAIN_DEVICES.has(path)) continue;
    const target = linkTarget(path);
    const real = realPath(path);
    if (target !== undefined) mounts.set(path, ["--symlink", target, path]);
    // Two rules for one path: the later one allows more, see wall.ts.
    mounts.set(real, [OPTIONS[access], real, real]);
    if (target === undefined && real !== path) {
      mounts.set(path, [OPTIONS[access], path, path]);
    }
  }
  const binds = [...mounts].toSorted(([a], [b]) => a < b ? -1 : 1)
    .flatMap(([, mount]) => mount);
  return [
    "--unshare-all",
    ...(net ? ["--share-net"] : []),
    "--die-with-parent",
    "--proc",
    "/proc",
    "--dev",
    "/dev",
    ...binds,
    "--chdir",
    cwd,
    "--",
    program,
    ...args,
  ];
}

/** What `--dev` brings along. */
const PLAIN_DEVICES: ReadonlySet<string> = new Set([
  "/dev/null",
  "/dev/zero",
  "/dev/full",
  "/dev/random",
  "/dev/urandom",
  "/dev/tty",
]);

/** What a symbolic link says; undefined for anything else. */
function linkTarget(path: string): string | undefined {
  try {
    return Deno.lstatSync(path).isSymlink ? Deno.readLinkSync(path) : undefined;
  } catch (error) {
    if (
      error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory
    ) return undefined;
    throw error;
  }
}

/** Whether bwrap is installed and may do its work here. */
export function bwrapWorks(): boolean {
  try {
    return new Deno.Command("bwrap", {
      args: ["--unshare-all", "--ro-bind", "/", "/", "--", "/bin/true"],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).outputSync().success;
  } catch (error) {
    if (
      error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.PermissionDenied
    ) return false;
    throw error;
  }
}
