/**
 * bubblewrap: a file system of its own for a process, with only what is listed.
 * For kernels without Landlock; needs user namespaces, which containers and
 * some distributions switch off.
 */
import type { Restriction } from "./landlock.ts";
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
  const binds = rules
    .filter(({ path }) =>
      path !== "/proc" &&
      !(path.startsWith("/dev/") && PLAIN_DEVICES.has(path.slice(5)))
    )
    .toSorted((a, b) => a.path < b.path ? -1 : a.path > b.path ? 1 : 0)
    .flatMap(({ path, access }) => [OPTIONS[access], path, path]);
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
  "null",
  "zero",
  "full",
  "random",
  "urandom",
  "tty",
]);

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
