/** The modules that some entries import, as Deno resolves them. */
import { relative, resolve } from "node:path";
import { fail, ok, type Result } from "../failure.ts";

/** One module of the graph. */
export type Module =
  /** TypeScript or JavaScript. */
  | {
    readonly kind: "script";
    readonly path: string;
    readonly imports: readonly { specifier: string; target: string }[];
  }
  /** A text, JSON or other file that is imported for its content. */
  | {
    readonly kind: "asset";
    readonly path: string;
    readonly imports: readonly never[];
  }
  /** An npm package, by Deno's name: `sharp@0.35.5`. */
  | { readonly kind: "package"; readonly path: ""; readonly name: string };

interface Info {
  readonly modules: readonly {
    readonly kind: string;
    readonly specifier: string;
    readonly local?: string;
    readonly mediaType?: string;
    readonly npmPackage?: string;
    readonly error?: string;
    readonly dependencies?: readonly {
      readonly specifier: string;
      readonly code?: { readonly specifier?: string; readonly error?: string };
    }[];
  }[];
  readonly redirects: { readonly [from: string]: string };
}

const SCRIPTS = new Set([
  "TypeScript",
  "JavaScript",
  "Mjs",
  "Mts",
  "TSX",
  "JSX",
]);

/** Asks Deno for the graph of all entries at once, without changing deno.lock. */
export async function readModules(
  root: string,
  entries: readonly string[],
): Promise<Result<Map<string, Module>>> {
  const imports = entries.map((entry) =>
    `import(${JSON.stringify(`file://${resolve(root, entry)}`)});`
  ).join("");
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "info",
      "--json",
      "--quiet",
      "--frozen",
      `data:application/typescript,${encodeURIComponent(imports)}`,
    ],
    cwd: root,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  if (code !== 0) {
    return fail({
      kind: "import-graph",
      what: "Read the imports of the stages",
      seen: new TextDecoder().decode(stderr).trim(),
    });
  }
  const { modules, redirects } = JSON.parse(
    new TextDecoder().decode(stdout),
  ) as Info;
  const graph = new Map<string, Module>();
  for (const module of modules) {
    const { specifier, local, error } = module;
    if (specifier.startsWith("data:")) continue;
    const name = local ? relative(root, local) : specifier;
    if (error !== undefined) {
      return fail({
        kind: "module-broken",
        what: `Read the module "${specifier.replace(`file://${root}/`, "")}"`,
        seen: error,
      });
    }
    if (module.kind === "npm") {
      graph.set(specifier, {
        kind: "package",
        path: "",
        name: module.npmPackage ?? specifier.replace("npm:/", ""),
      });
      continue;
    }
    if (local === undefined) continue; // a built-in
    const found: { specifier: string; target: string }[] = [];
    for (const { specifier, code } of module.dependencies ?? []) {
      if (code?.error !== undefined) {
        return fail({
          kind: "import-broken",
          what: `Resolve the import "${specifier}" of "${name}"`,
          seen: code.error,
        });
      }
      if (code?.specifier === undefined) continue; // only its types: erased
      found.push({
        specifier,
        target: redirects[code.specifier] ?? code.specifier,
      });
    }
    graph.set(
      specifier,
      module.kind === "esm" && SCRIPTS.has(module.mediaType ?? "")
        ? { kind: "script", path: local, imports: found }
        : { kind: "asset", path: local, imports: [] },
    );
  }
  return ok(graph);
}
