/** Reads the import graph of some entries, as Deno resolves it. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { fail, type Failure, ok, type Result } from "../failure.ts";

/** An import that is there when the module runs: not one of types. */
interface Edge {
  readonly specifier: string;
  /** The URL that it leads to. */
  readonly target: string;
  /** Imported for its content: `text` of `with { type: "text" }`. */
  readonly as: string | undefined;
}

/** One module of the graph. */
export type Module =
  /** TypeScript or JavaScript. */
  | {
    readonly kind: "script";
    readonly path: string;
    readonly imports: readonly Edge[];
  }
  /** A text, JSON, WebAssembly or other file. */
  | {
    readonly kind: "asset";
    readonly path: string;
    readonly imports: readonly Edge[];
  }
  /** An npm package, by Deno's name: `sharp@0.35.5`. */
  | { readonly kind: "package"; readonly id: string };

/** What is reached from some entries, without what only types reach. */
export interface Graph {
  /** By URL. Built-in modules are not in it: Deno's version stands for them. */
  readonly modules: ReadonlyMap<string, Module>;
  /** All packages that are installed, by Deno's name. */
  readonly packages: ReadonlyMap<string, {
    readonly needs: readonly string[];
    /** Where it is, absolute. */
    readonly folder: string | undefined;
  }>;
}

interface Info {
  readonly modules: readonly {
    readonly kind?: string;
    readonly specifier: string;
    readonly local?: string;
    readonly mediaType?: string;
    readonly npmPackage?: string;
    readonly error?: string;
    readonly dependencies?: readonly Dependency[];
  }[];
  readonly redirects: { readonly [from: string]: string };
  readonly npmPackages?: {
    readonly [id: string]: {
      readonly dependencies: readonly string[];
      readonly localPath?: string;
    };
  };
}

interface Dependency {
  readonly specifier: string;
  readonly assertionType?: string;
  readonly code?: {
    readonly specifier?: string;
    readonly error?: string;
    readonly span?: { readonly start: { readonly line: number } };
  };
}

const SCRIPTS = new Set([
  "TypeScript",
  "JavaScript",
  "Mjs",
  "Mts",
  "Cjs",
  "Cts",
  "TSX",
  "JSX",
]);

/** The URL of a file, as Deno writes it. */
export function fileUrl(path: string): string {
  return pathToFileURL(path).href;
}

/**
 * Asks Deno for the graph of all entries at once, without changing deno.lock.
 * Measured: 15 to 30 ms, for 5 modules as for 100.
 */
export async function readGraph(
  root: string,
  entries: readonly string[],
): Promise<Result<Graph>> {
  const urls = entries.map((entry) => fileUrl(join(root, entry)));
  const program = urls.map((url) => `import(${JSON.stringify(url)});`).join("");
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "info",
      "--json",
      "--quiet",
      "--frozen",
      `data:application/typescript,${encodeURIComponent(program)}`,
    ],
    cwd: root,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  if (code !== 0) {
    const [seen = "", ...more] = new TextDecoder().decode(stderr).trim()
      .split("\n");
    return fail({
      kind: "import-graph",
      what: "Cannot read the imports of the stages",
      // Of a lock that does not fit, Deno shows every line.
      seen: seen.includes("lockfile is out of date")
        ? "deno.lock does not fit deno.json"
        : [seen.replace(/^error: /, ""), ...more].join("\n"),
      ...(seen.includes("lockfile") && { hint: "run deno install" }),
    });
  }
  const info = JSON.parse(new TextDecoder().decode(stdout)) as Info;
  return walk(root, urls, info);
}

/** What the entries reach, or the first import that leads nowhere. */
function walk(
  root: string,
  entries: readonly string[],
  { modules: found, redirects, npmPackages = {} }: Info,
): Result<Graph> {
  const known = new Map(found.map((module) => [module.specifier, module]));
  const modules = new Map<string, Module>();
  const short = (text: string) =>
    text.replaceAll(`${fileUrl(root)}/`, "").replaceAll(`${root}/`, "");
  const open: { url: string; by: string; asset: boolean }[] = entries.map((
    url,
  ) => ({ url, by: "the pipeline", asset: false }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { url, by, asset } = next;
    const done = modules.get(url);
    if (done) {
      if (
        done.kind === "asset" && !asset && done.path.match(/\.[cm]?[jt]sx?$/)
      ) {
        return fail(bothWays(short(url), by));
      }
      continue;
    }
    const module = known.get(url);
    if (!module) {
      if (url.startsWith("node:")) continue;
      return fail(broken(short(url), by, "Deno does not list it"));
    }
    if (module.error !== undefined) {
      return fail(broken(short(url), by, short(module.error)));
    }
    if (module.kind === "npm") {
      const id = module.npmPackage ?? url.replace(/^npm:\/?/, "");
      modules.set(url, { kind: "package", id });
      continue;
    }
    if (module.kind === "node") continue;
    const { local } = module;
    if (local === undefined) {
      return fail(broken(short(url), by, "it has no file of its own"));
    }
    const name = short(url);
    const imports: Edge[] = [];
    for (const dependency of module.dependencies ?? []) {
      const { specifier, code, assertionType } = dependency;
      if (code === undefined) continue; // only its types: erased
      const line = (code.span?.start.line ?? 0) + 1;
      const at = `${name}:${line}`;
      if (code.specifier === undefined) {
        return fail({
          kind: "import-broken",
          what: `Cannot resolve the import "${specifier}" at ${at}`,
          ...(code.error !== undefined && { seen: short(code.error) }),
        });
      }
      if (code.specifier.startsWith("data:")) {
        return fail({
          kind: "computed-import",
          what: `Cannot follow the import at ${at}`,
          seen: "it imports a data: URL, whose own imports nobody can check",
          hint: "put the code in a module of its own",
        });
      }
      const target = resolve(code.specifier, redirects);
      imports.push({ specifier, target, as: assertionType });
      open.push({ url: target, by: at, asset: assertionType !== undefined });
    }
    const script = module.kind === "esm" &&
      SCRIPTS.has(module.mediaType ?? "");
    if (!script && !asset && SCRIPTS.has(module.mediaType ?? "")) {
      return fail(bothWays(name, by));
    }
    modules.set(url, {
      kind: script ? "script" : "asset",
      path: local,
      imports,
    });
  }
  const packages = new Map(
    Object.entries(npmPackages).map(([id, { dependencies, localPath }]) => [
      id,
      { needs: dependencies, folder: localPath },
    ]),
  );
  return ok({ modules, packages });
}

function resolve(
  specifier: string,
  redirects: { readonly [from: string]: string },
): string {
  const seen = new Set<string>();
  let target = specifier;
  for (;;) {
    const next = redirects[target];
    if (next === undefined || seen.has(target)) return target;
    seen.add(target);
    target = next;
  }
}

function broken(module: string, by: string, seen: string): Failure {
  return {
    kind: "module-broken",
    what: `Cannot read the module "${module}", imported by ${by}`,
    seen,
  };
}

function bothWays(module: string, by: string): Failure {
  return {
    kind: "import-broken",
    what: `Cannot read the module "${module}", imported by ${by}`,
    seen: "it is imported both as code and as text",
  };
}
