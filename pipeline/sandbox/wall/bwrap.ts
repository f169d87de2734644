/**
 * Words the arguments of bubblewrap (`bwrap`), which gives a process a file system
 * of its own with only what is listed. For kernels without Landlock; needs user namespaces, which containers and
 * some distributions switch off.
 */
import { realPath, within } from "../../store/path.ts";
import type { Restriction, Rule } from "./restriction.ts";
import { succeeds } from "./trial.ts";

const OPTIONS: {
  readonly [access in Exclude<Rule["access"], "list">]: string;
} = {
  read: "--ro-bind-try",
  run: "--ro-bind-try",
  write: "--bind-try",
  device: "--dev-bind-try",
};

/** The file that `bwrap` reads its filter of system calls from (seccomp.ts). */
export const FILTER = "3";

/** The arguments of `bwrap` for a restriction. */
export function bwrapArguments(
  { rules, net, program, args }: Restriction,
  cwd: string,
  filtered: boolean,
): readonly string[] {
  const wanted = new Map<string, string>();
  for (const { path, access } of rules) {
    // A folder on the way to what is mounted has the names of that, and no others.
    if (access === "list") continue;
    // Two rules for one path: the later one allows more, see wall.ts.
    for (const name of [path, realPath(path)]) {
      wanted.set(name, OPTIONS[access]);
    }
  }
  // A folder before what lies in it, or it would hide it.
  const mounted = new Map<string, string>();
  const binds: string[] = [];
  for (
    const [path, option] of [...wanted].toSorted(([a], [b]) => a < b ? -1 : 1)
  ) {
    // /proc and the plain devices are bwrap's own.
    if (path === "/proc" || PLAIN_DEVICES.has(path)) continue;
    const isThere = [...mounted].some(([folder, by]) =>
      within(path, folder) && (by === option || by === OPTIONS.write)
    );
    if (isThere) continue;
    const found = look(path);
    switch (found.kind) {
      case "link":
        binds.push("--symlink", found.target, path);
        break;
      case "other":
        binds.push(option, path, path);
        mounted.set(path, option);
        break;
      case "hidden":
        // Neither may bwrap look at it, which then would not begin.
        break;
    }
  }
  return [
    "--unshare-all",
    ...(net ? ["--share-net"] : []),
    ...(filtered ? ["--seccomp", FILTER] : []),
    "--die-with-parent",
    "--proc",
    "/proc",
    "--dev",
    "/dev",
    ...binds,
    // What is written elsewhere fails, as it does behind Landlock.
    "--remount-ro",
    "/",
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

type Found =
  | { readonly kind: "link"; readonly target: string }
  | { readonly kind: "other" }
  | { readonly kind: "hidden" };

/** What lies at a path: something, perhaps nothing, or what we may not see. */
function look(path: string): Found {
  try {
    return Deno.lstatSync(path).isSymlink
      ? { kind: "link", target: Deno.readLinkSync(path) }
      : { kind: "other" };
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) {
      return { kind: "hidden" };
    }
    if (
      error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory
    ) return { kind: "other" };
    throw error;
  }
}

/** Whether bwrap is installed and may do its work here. */
export function bwrapWorks(): boolean {
  return succeeds("bwrap", [
    ...["--unshare-all", "--ro-bind", "/", "/"],
    ...["--", "/bin/true"],
  ]);
}
