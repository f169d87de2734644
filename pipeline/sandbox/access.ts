/** One access of a stage, and the line that would declare it. */
import { absolute, realPath, within } from "../store/path.ts";

/** One access that was asked for. */
export interface Access {
  readonly permission: string;
  /** The target as the program wrote it; null asks for everything. */
  readonly value: string | null;
  /** Where, if it was refused: `stages/draw/stage.ts:12:5`. */
  readonly place?: string | undefined;
}

/** The two parts of `host:port`, of a host alone, or of a URL. */
export function endpoint(
  value: string,
): { host: string; port: string | undefined } {
  if (value.includes("://")) {
    const url = new URL(value);
    const port = url.port || (url.protocol === "http:" ? "80" : "443");
    return { host: url.hostname, port };
  }
  const [, host = value, port] = value.match(/^(.*):(\d+)$/) ?? [];
  return { host, port };
}

/** The exact line that would declare an access. */
export function declaration(
  { permission, value }: Access,
  root: string,
): string {
  switch (permission) {
    case "read": {
      if (value === null) return "read the declared inputs only";
      const path = realPath(absolute(value, root));
      if (path.includes("/node_modules/")) {
        return `import the package ${
          packageName(path)
        } in the stage, so that it is one of its facts`;
      }
      if (!within(path, root)) {
        return `copy it into the project and declare it as an input, or declare permissions: { read: [${
          JSON.stringify(path)
        }] }`;
      }
      const relative = path.slice(root.length + 1);
      const name = (relative.split("/").at(-1) ?? relative)
        .replace(/\.[^.]*$/, "");
      return `declare inputs: { ${property(name)}: file(${
        JSON.stringify(relative)
      }) } and read task.input(${JSON.stringify(name)})`;
    }
    case "write": {
      if (value?.startsWith("<")) return "write to task.scratch";
      const file = (value ?? "result").split("/").at(-1) ?? "result";
      const name = file.replace(/\.[^.]*$/, "") || file;
      return `declare outputs: { ${property(name)}: { file: ${
        JSON.stringify(file)
      } } } and write task.output(${
        JSON.stringify(name)
      }), or write to task.scratch`;
    }
    case "net": {
      const { host } = endpoint(value ?? "");
      return `declare permissions: { net: [${JSON.stringify(host)}] }`;
    }
    case "ffi":
      return `declare permissions: { ffi: [${
        JSON.stringify(packageName(value ?? ""))
      }] }`;
    case "sys":
      return `declare permissions: { sys: [${JSON.stringify(value)}] }`;
    case "run":
      return 'make it a stage of its own: runs: { kind: "command", command: […] }';
    default:
      return "do without it: a stage has no such permission";
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
