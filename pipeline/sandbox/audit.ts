/**
 * Compares every access that a stage asked for, granted or denied, with what it
 * declares. So an access is found that the stage swallowed, and a link that leads
 * out of a declared folder, which Deno's permissions follow.
 */
import { closeSync, readFileSync } from "node:fs";
import { openPlain } from "../store/disk.ts";
import { fail, type Failure, ok, type Result } from "../failure.ts";
import { type Access, declaration, endpoint } from "./access.ts";
import type { Confinement } from "./confinement.ts";
import type { Denial } from "./process/denial.ts";
import { type Allowed, allowed, auditFile, engineCode } from "./flags.ts";
import {
  absolute,
  distinct,
  realPath,
  realPaths,
  within,
} from "../store/path.ts";

/** The failure of a stage that touched what it did not declare, if it did. */
export function undeclaredAccess(
  confinement: Confinement,
  denials: readonly Denial[],
): Failure | undefined {
  const { root } = confinement;
  const may = allowed(confinement);
  const loads = new Set(realPaths(may.load));
  // Those with a place first: of two reports of one access, the better is kept.
  const asked = new Map<string, Access>();
  const log = logged(confinement);
  if (!log.ok) return log.failure;
  // Threads loaded these; after that, who asks is refused.
  const accesses = log.value.filter((access) =>
    access.permission !== "read" || !loads.has(target(access, root) ?? "")
  );
  for (const access of [...refused(denials, root), ...accesses]) {
    const key = `${access.permission} ${target(access, root)}`;
    if (!asked.has(key)) asked.set(key, access);
  }
  const real = {
    read: distinct(realPaths(may.read)),
    write: distinct(realPaths(may.write)),
    ffi: distinct(realPaths(may.ffi)),
  };
  const undeclared = [...asked.values()].filter((access) =>
    !isDeclared(access, may, real, root) &&
    !isOpenForReading(access, asked, root)
  );
  const [first, ...others] = undeclared;
  return first && failure(confinement, first, others);
}

/** In bytes; millions of accesses. Not much more fits into one text. */
const LONGEST = 1 << 28;

/**
 * Accesses of Deno's audit log: all that were asked for, granted or not. Native code
 * in the same process may have written there, or put something else in its place.
 */
function logged(confinement: Confinement): Result<readonly Access[]> {
  const path = auditFile(confinement);
  const opened = openPlain(path);
  if (!opened) return unreadable(confinement, "it is no plain file any more");
  const { file, size } = opened;
  try {
    if (size > LONGEST) return unreadable(confinement, `it has ${size} bytes`);
    // A process that was killed may leave half a line.
    const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
    const accesses: Access[] = [];
    for (const line of lines) {
      const access = parse(line);
      if (!access) return unreadable(confinement, line.slice(0, 80));
      accesses.push(access);
    }
    return ok(accesses);
  } finally {
    closeSync(file);
  }
}

function parse(line: string): Access | undefined {
  let said: Partial<Access> | null;
  try {
    said = JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const { permission, value = null } = said ?? {};
  return typeof permission === "string" &&
      (typeof value === "string" || value === null)
    ? { permission, value }
    : undefined;
}

function unreadable({ instance }: Confinement, seen: string) {
  return fail({
    kind: "audit-broken",
    what: `The list of what ${instance} accessed is broken`,
    seen,
    hint:
      "look for native code of the stage that writes to it, which no stage needs",
  });
}

/** Accesses that Deno refused, with their places. */
function refused(denials: readonly Denial[], root: string): readonly Access[] {
  return denials.map(({ message, stack }) => {
    const [, permission = "other", quoted, bracketed] = message.match(
      /^Requires (\S+) access(?: to (?:"(.*?)"|(<.*?>)))?, run/s,
    ) ??
      [];
    const value = permission === "other"
      ? message
      : quoted ?? bracketed ?? null;
    return { permission, value, place: place(stack, root) };
  });
}

/** What an access is after, the same for all ways of writing it. */
function target({ permission, value }: Access, root: string): string | null {
  if (value === null) return null;
  switch (permission) {
    case "read":
    case "write":
    case "ffi":
      return realPath(absolute(value, root));
    case "net": {
      const { host, port } = endpoint(value);
      return port === undefined ? host : `${host}:${port}`;
    }
    default:
      return value;
  }
}

function isDeclared(
  access: Access,
  may: Allowed,
  real: {
    read: readonly string[];
    write: readonly string[];
    ffi: readonly string[];
  },
  root: string,
): boolean {
  const { permission, value } = access;
  // Undeclared variables are undefined to every stage alike (--ignore-env).
  if (permission === "env") return true;
  if (value === null) return false;
  // detect-libc (of sharp and others) looks which libc this program was linked with. Deno
  // never allows it, so that it answers the same everywhere.
  if (may.ffi.length > 0 && value === "/proc/self/exe") return true;
  switch (permission) {
    case "read":
    case "write":
    case "ffi": {
      const path = target(access, root) ?? "/";
      return real[permission].some((folder) => within(path, folder));
    }
    case "net":
      return isDeclaredHost(value, may.net);
    case "sys":
      return may.sys.includes(value);
    default:
      return false;
  }
}

/**
 * node:fs asks for `write` together with `read` whenever it opens a file. Deno
 * grants no such write outside of the private folder, so that nothing is lost
 * in not believing it.
 */
function isOpenForReading(
  access: Access,
  asked: ReadonlyMap<string, Access>,
  root: string,
): boolean {
  return access.permission === "write" && access.place === undefined &&
    asked.has(`read ${target(access, root)}`);
}

/** `value` is `host:port`, a host, or a URL; a declared host without a port stands for all. */
function isDeclaredHost(value: string, declared: readonly string[]): boolean {
  const { host, port } = endpoint(value);
  return declared.some((entry) => {
    const wanted = endpoint(entry);
    return wanted.host === host &&
      (wanted.port === undefined || wanted.port === port);
  });
}

const verbs: { readonly [permission: string]: string } = {
  read: "reads",
  write: "writes",
  net: "connects to",
  ffi: "loads the native library",
  sys: "asks the system for",
  run: "starts or signals",
  other: "does what no stage may:",
  import: "imports",
};

function failure(
  { instance, root }: Confinement,
  access: Access,
  others: readonly Access[],
): Failure {
  const { permission, value, place } = access;
  const more = others.map((other) => `${other.permission} ${other.value}`);
  const seen = [
    ...(place === undefined ? [] : [place]),
    ...(more.length === 0 ? [] : [
      `and ${more.length} more: ${more.slice(0, 3).join(", ")}${
        more.length > 3 ? ", …" : ""
      }`,
    ]),
  ];
  return {
    kind: "undeclared-access",
    what: `${instance} ${verbs[permission] ?? permission} ${
      value ?? (permission === "run" ? "processes" : "everything")
    }, which it does not declare`,
    ...(seen.length > 0 && { seen: seen.join("; ") }),
    hint: declaration(access, root),
  };
}

/** The innermost line of the stage's own code in a stack, else of a package's. */
function place(stack: string, root: string): string | undefined {
  const lines = [...stack.matchAll(/file:\/\/(\/\S*:\d+:\d+)/g)]
    .map(([, line = ""]) => decoded(line));
  const engine = engineCode();
  const line = lines.find((line) =>
    !line.includes("/node_modules/") &&
    !engine.some((module) => line.startsWith(module + ":"))
  ) ?? lines[0];
  return line?.startsWith(root + "/") ? line.slice(root.length + 1) : line;
}

/** The path in a URL; the text as it is where it is none, for a stage may say anything. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}
