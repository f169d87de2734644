/**
 * The audit: every access that Deno was asked for, granted or denied, held
 * against the declaration. It sees what a stage swallowed, and links that lead
 * out of a declared folder, which Deno's permissions follow.
 */
import type { Failure } from "../failure.ts";
import type { Confinement } from "./confinement.ts";
import { type Allowed, allowed, auditFile } from "./flags.ts";
import { absolute, distinct, realPath, within } from "./path.ts";

/** One line of Deno's audit log. */
interface Access {
  readonly permission: string;
  /** The target as the program wrote it; null asks for everything. */
  readonly value: string | null;
  /** Outermost frames last; at most ten. */
  readonly stack: readonly string[];
}

/** The failure of a stage that touched what it did not declare, if it did. */
export function undeclaredAccess(
  confinement: Confinement,
): Failure | undefined {
  const accesses = read(auditFile(confinement));
  const may = allowed(confinement);
  const real = {
    read: distinct(may.read.map(realPath)),
    write: distinct(may.write.map(realPath)),
    ffi: distinct(may.ffi.map(realPath)),
  };
  // One path is often asked for a thousand times.
  const judged = new Map<string, boolean>();
  const undeclared = accesses.filter((access, index) => {
    const key = `${access.permission} ${access.value}`;
    let declared = judged.get(key);
    if (declared === undefined) {
      declared = isDeclared(access, may, real, confinement.root);
      judged.set(key, declared);
    }
    return !declared && !isOpenForReading(access, accesses[index - 1], judged);
  });
  const [first] = undeclared;
  if (first === undefined) return undefined;
  return failure(confinement, first, undeclared, accesses);
}

function read(path: string): readonly Access[] {
  const accesses: Access[] = [];
  for (const line of Deno.readTextFileSync(path).split("\n")) {
    if (line === "") continue;
    const { permission, value, stack }: Partial<Access> = JSON.parse(line);
    accesses.push({
      permission: permission ?? "unknown",
      value: value ?? null,
      stack: stack ?? [],
    });
  }
  return accesses;
}

function isDeclared(
  { permission, value }: Access,
  may: Allowed,
  real: {
    read: readonly string[];
    write: readonly string[];
    ffi: readonly string[];
  },
  root: string,
): boolean {
  // Undeclared variables are undefined to every stage alike (--ignore-env).
  if (permission === "env") return true;
  if (value === null) return false;
  // detect-libc (of sharp) looks which libc this program was linked with. Deno
  // never allows it, so that it answers the same everywhere.
  if (may.ffi.length > 0 && value === "/proc/self/exe") return true;
  switch (permission) {
    case "read":
    case "write":
    case "ffi": {
      const path = realPath(absolute(value, root));
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
  before: Access | undefined,
  judged: ReadonlyMap<string, boolean>,
): boolean {
  return access.permission === "write" && before?.permission === "read" &&
    before.value === access.value &&
    judged.get(`read ${access.value}`) === true;
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

function endpoint(value: string): { host: string; port: string | undefined } {
  if (value.includes("://")) {
    const url = new URL(value);
    const port = url.port || (url.protocol === "http:" ? "80" : "443");
    return { host: url.hostname, port };
  }
  const [, host = value, port] = value.match(/^(.*):(\d+)$/) ?? [];
  return { host, port };
}

const verbs: { readonly [permission: string]: string } = {
  read: "reads",
  write: "writes",
  net: "connects to",
  ffi: "loads the native library",
  sys: "asks the system for",
  import: "imports",
};

function failure(
  { instance, root }: Confinement,
  access: Access,
  undeclared: readonly Access[],
  accesses: readonly Access[],
): Failure {
  const { permission, value } = access;
  const others = distinct(
    undeclared.map((other) => `${other.permission} ${other.value}`),
  ).slice(1);
  const seen = [
    place(access, accesses, root),
    others.length > 0
      ? `and ${others.length} more: ${others.slice(0, 3).join(", ")}${
        others.length > 3 ? ", …" : ""
      }`
      : undefined,
  ].filter((part) => part !== undefined);
  return {
    kind: "undeclared-access",
    what: `${instance} ${verbs[permission] ?? permission} ${
      value ?? "everything"
    }, which it does not declare`,
    ...(seen.length > 0 && { seen: seen.join("; ") }),
    hint: declaration(access, root),
  };
}

/**
 * Where it happened: the innermost line of the project's own, else of a package.
 * An import is logged with the stack of the access before it, which says nothing.
 */
function place(
  access: Access,
  accesses: readonly Access[],
  root: string,
): string | undefined {
  const before = accesses[accesses.indexOf(access) - 1];
  if (
    /\.(m?[jt]sx?|c[jt]s|json)$/.test(access.value ?? "") &&
    before?.stack.join("\n") === access.stack.join("\n")
  ) return undefined;
  const lines = access.stack
    .map((frame) => frame.match(/file:\/\/(\/.*:\d+:\d+)/)?.[1])
    .filter((line) => line !== undefined)
    .map((line) => decodeURI(line));
  const line = lines.find((line) => !line.includes("/node_modules/")) ??
    lines[0];
  return line?.startsWith(root + "/") ? line.slice(root.length + 1) : line;
}

/** The exact line that would declare it. */
function declaration({ permission, value }: Access, root: string): string {
  switch (permission) {
    case "read": {
      if (value === null) return "Read the declared inputs only";
      const path = realPath(absolute(value, root));
      if (path.includes("/node_modules/")) {
        return `Import the package ${
          packageName(path)
        } in the stage, so that it is one of its facts`;
      }
      if (!within(path, root)) {
        return `Copy it into the project and declare it as an input, or declare permissions: { read: [${
          JSON.stringify(path)
        }] }`;
      }
      const relative = path.slice(root.length + 1);
      const name = (relative.split("/").at(-1) ?? relative)
        .replace(/\.[^.]*$/, "");
      return `Declare inputs: { ${property(name)}: file(${
        JSON.stringify(relative)
      }) } and read task.input(${JSON.stringify(name)})`;
    }
    case "write": {
      const file = (value ?? "result").split("/").at(-1) ?? "result";
      const name = file.replace(/\.[^.]*$/, "") || file;
      return `Declare outputs: { ${property(name)}: { file: ${
        JSON.stringify(file)
      } } } and write task.output(${
        JSON.stringify(name)
      }), or write to task.scratch`;
    }
    case "net": {
      const { host } = endpoint(value ?? "");
      return `Declare permissions: { net: [${JSON.stringify(host)}] }`;
    }
    case "ffi":
      return `Declare permissions: { ffi: [${
        JSON.stringify(packageName(value ?? ""))
      }] }`;
    case "sys":
      return `Declare permissions: { sys: [${JSON.stringify(value)}] }`;
    default:
      return "A stage may do without";
  }
}

function property(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

/** `@img/sharp` of a path below `node_modules/`; the path itself elsewhere. */
function packageName(path: string): string {
  const name = path.split("/node_modules/").at(-1) ?? path;
  const [first = path, second = ""] = name.split("/");
  return first.startsWith("@") ? `${first}/${second}` : first;
}
