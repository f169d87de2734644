/** deno.json and deno.lock of a project that takes its engine's packages, versions and settings. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What of deno.json is read here; the rest is passed on. */
export interface Settings {
  readonly tasks?: { readonly [name: string]: unknown };
  readonly imports?: { readonly [name: string]: string };
  readonly allowScripts?: {
    readonly allow?: readonly string[];
    readonly deny?: readonly string[];
  };
  readonly [key: string]: unknown;
}

interface Package {
  readonly dependencies?: readonly string[];
  readonly optionalDependencies?: readonly string[];
  readonly optionalPeers?: readonly string[];
}

/** deno.lock, in the form of version 5. */
export interface Lock {
  readonly version: string;
  readonly specifiers: { readonly [specifier: string]: string };
  readonly npm: { readonly [id: string]: Package };
  readonly workspace?: { readonly dependencies?: readonly string[] };
}

/** A JSON file of a project. */
export function readJsonIn<Content>(root: string, name: string): Content {
  return JSON.parse(readFileSync(join(root, name), "utf8"));
}

/** The tasks that call the engine. */
export function engineTasks({ tasks = {} }: Settings): Settings["tasks"] {
  return Object.fromEntries(
    Object.entries(tasks).filter(([, task]) =>
      /main\.ts/.test(JSON.stringify(task)) &&
      !/check main\.ts/.test(JSON.stringify(task))
    ),
  );
}

/** The settings of a new project: the engine's, with some of its packages and tasks of its own. */
export function settingsFor(
  engine: Settings,
  own: Settings,
  packages: readonly string[],
): Settings {
  const imports = Object.fromEntries(
    packages.map((name) => [name, engine.imports![name]!]), // known by the engine
  );
  return {
    ...engine,
    ...own,
    tasks: { ...engineTasks(engine), ...own.tasks },
    imports: sorted({ ...imports, ...own.imports }),
    allowScripts: { allow: [], deny: [] },
  };
}

/**
 * A lock for these imports: what they and their dependencies are in any of some
 * locks, the first that has it.
 */
export function lockFor(
  imports: { readonly [name: string]: string },
  [first, ...more]: readonly [Lock, ...Lock[]],
): Lock {
  const specifiers = Object.assign(
    {},
    ...[first, ...more].map((lock) => lock.specifiers).toReversed(),
  );
  const npm = Object.assign(
    {},
    ...[first, ...more].map((lock) => lock.npm).toReversed(),
  ) as Lock["npm"];
  const wanted = [...new Set(Object.values(imports))].sort();
  const kept: Record<string, Package> = {};
  const open = wanted.flatMap((specifier) => {
    const version = specifiers[specifier];
    const name = specifier.replace(/^npm:/, "").replace(/(?<!^)@[^@]*$/, "");
    return version === undefined ? [] : [`${name}@${version}`];
  });
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const found = npm[id];
    if (found === undefined || Object.hasOwn(kept, id)) continue;
    kept[id] = found;
    const { dependencies = [], optionalDependencies = [], optionalPeers = [] } =
      found;
    for (
      const name of [...dependencies, ...optionalDependencies, ...optionalPeers]
    ) open.push(...idsOf(name, npm));
  }
  return {
    version: first.version,
    specifiers: Object.fromEntries(
      wanted.flatMap((one) =>
        specifiers[one] === undefined ? [] : [[one, specifiers[one]]]
      ),
    ),
    npm: sorted(kept),
    workspace: { dependencies: wanted },
  };
}

/** The text of such a file, as Deno writes it: systems on one line. */
export function printJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(
    /"(os|cpu|libc)": (\[[^\]]*\])/g,
    (_, key: string, list: string) =>
      `"${key}": ${
        list.replace(/\s*\n\s*/g, " ").replace("[ ", "[").replace(" ]", "]")
      }`,
  ) + "\n";
}

/** The packages that a dependency means: its version stands there where there are several. */
function idsOf(dependency: string, npm: Lock["npm"]): string[] {
  if (Object.hasOwn(npm, dependency)) return [dependency];
  return Object.keys(npm).filter((id) => id.startsWith(`${dependency}@`));
}

function sorted<Value>(
  table: { readonly [name: string]: Value },
): { [name: string]: Value } {
  return Object.fromEntries(
    Object.entries(table).sort(([a], [b]) => a < b ? -1 : 1),
  );
}
