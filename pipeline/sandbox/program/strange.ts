/**
 * What of this machine a stranger's program needs that runs commands: where their
 * programs are, what these read of their own, and where pip gets packages. It has
 * neither the user's PATH nor the user's home.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { distinct, names, realPath } from "../../store/path.ts";
import type { Rule } from "../wall/restriction.ts";
import { SYSTEM_PATH } from "../wall/system.ts";
import { isPython } from "./environment.ts";
import { findProgram } from "./find.ts";
import { installations, packageFolders } from "./packages.ts";
import { pipSettings } from "./pip.ts";

/** Variables that are set for a program, and what it may read besides. */
interface Reach {
  readonly env: { readonly [name: string]: string };
  readonly rules: readonly Rule[];
}

const PARTS = ["bin", "include", "lib", "lib64", "libexec"];

/** The programs of these names; one that this machine lacks is missed where it is needed. */
export function reachOf(programs: readonly string[]): Reach {
  const found = distinct(programs).flatMap((name) => {
    const program = findProgram(name, name);
    return program.ok ? [program.value.path] : [];
  });
  const python = found.find(isPython);
  const pip = python === undefined ? undefined : pipSettings(python);
  const packages = distinct(found.flatMap(packageFolders));
  return {
    env: {
      PATH: [...distinct(found.map(dirname)), SYSTEM_PATH].join(":"),
      ...pip?.env,
    },
    rules: [
      ...found.flatMap((path) => [
        path,
        realPath(path),
        // Of where it is installed its own parts: beside them, as in ~/.local, may be
        // what is nobody's business.
        ...installations(path).flatMap((folder) =>
          PARTS.map((part) => join(folder, part)).filter((one) =>
            existsSync(one)
          )
        ),
      ]).map((path): Rule => ({ path, access: "run" })),
      ...packages.flatMap((path): Rule[] => [
        { path, access: "run" },
        // They are looked for by name, two folders up: what is not seen there is no
        // fact, and the result another one's.
        { path: dirname(dirname(path)), access: "list" },
      ]),
      ...(pip ? [...pip.paths, ...described()] : [])
        .map((path): Rule => ({ path: realPath(path), access: "read" })),
    ],
  };
}

/**
 * Files that pip reads wherever they are, and fails where it may not: what the
 * system is called, which it tells its index, and the kinds of files.
 */
function described(): string[] {
  return [
    ...names("/etc").filter((name) => /[_-](release|version)$/.test(name))
      .map((name) => `/etc/${name}`),
    ...["/etc", "/etc/apache2", "/etc/httpd", "/etc/nginx", "/usr/local/etc"]
      .map((folder) => `${folder}/mime.types`)
      .filter((path) => existsSync(path)),
  ];
}
