/**
 * Splits a module into its exports: for each one the text that it reaches in its
 * module, and one part for what happens when the module is loaded. So a stage that
 * uses one function of a module does not run again for an edit of another.
 *
 * esbuild parses, removes what an export does not reach, and prints: comments,
 * layout and types are gone, and mostly the names of local variables, which it
 * would else number where another part of the module has the same. Names that a
 * program can see (`function.name`) stay. Each module is split alone, with
 * marks for what it imports, so that its parts change only with its own text.
 */
import { type Digest, digestBytes } from "../store/digest.ts";
import { ok, type Result } from "../failure.ts";
import type { Looks } from "./syntax.ts";
import {
  mark,
  messagesOf,
  type Parsed,
  parseModules,
  type Source,
  type Want,
} from "./parse.ts";

export type { Source } from "./parse.ts";

/** The text of one export with all that it reaches in its module. */
export interface Part {
  readonly digest: Digest;
  readonly wants: readonly Want[];
}

/** A module's parts. */
export interface ModuleParts {
  /** By name of the export; `*` alone where they cannot be told apart. */
  readonly exports: { readonly [name: string]: Part };
  /** What happens when it is loaded, if anything does. */
  readonly effects?: Part;
  readonly looks: Looks;
}

/** The versions of esbuild and acorn: others may print or read differently. */
export const PRINTER: string = ["esbuild", "acorn"].map((name) =>
  /@([^/@]+)\/?$/.exec(import.meta.resolve(name))?.[1] ?? ""
).join(" ");

/**
 * Splits modules, all at once. `compiler` holds the compiler options that
 * change what a module becomes. Fails on computed imports, naming file and line.
 */
export async function splitExports(
  sources: readonly Source[],
  compiler: { readonly [option: string]: unknown },
): Promise<Result<ModuleParts[]>> {
  if (sources.length === 0) return ok([]);
  const esbuild = await import("esbuild");
  const common = {
    format: "esm",
    platform: "neutral",
    target: "esnext",
    charset: "utf8",
    legalComments: "none",
    treeShaking: true,
    // Deno does not heed them either: `/* @__PURE__ */ register()` registers.
    ignoreAnnotations: true,
    logLevel: "silent",
  } as const;
  try {
    const modules = await parseModules(
      sources,
      (options) =>
        sparing(() =>
          esbuild.build({
            ...common,
            ...options,
            tsconfigRaw: { compilerOptions: compiler },
          })
        ),
    );
    if (!modules.ok) return modules;
    const print: Print = async (text, names) => {
      const kept = names === "kept";
      return (await esbuild.transform(text, {
        ...common,
        minifySyntax: true,
        minifyWhitespace: true,
        minifyIdentifiers: !kept,
        keepNames: kept,
      })).code;
    };
    return ok(
      await Promise.all(modules.value.map((parsed) => split(parsed, print))),
    );
  } finally {
    await esbuild.stop();
  }
}

/**
 * Starts esbuild, which the first call does before it returns, as a program of Go that
 * collects its garbage a quarter as often: for all modules here 0.56 s of a core
 * instead of 0.78, and 113 MB instead of 85.
 */
function sparing<Value>(start: () => Value): Value {
  const given = Deno.env.get("GOGC");
  if (given !== undefined) return start();
  Deno.env.set("GOGC", "400");
  try {
    return start();
  } finally {
    Deno.env.delete("GOGC");
  }
}

/**
 * Prints what a text's exports and its loading reach. With names `kept`, functions
 * still tell them when the text is printed again, with `short` ones.
 */
type Print = (text: string, names: "kept" | "short") => Promise<string>;

async function split(parsed: Parsed, print: Print): Promise<ModuleParts> {
  const { looks, imports, dynamic, exports } = parsed;
  const part = async (clause: string): Promise<Part | undefined> => {
    const text = await print(`${parsed.body}export{${clause}};`, "kept");
    if (/^\s*(export\{\};?\s*)?$/.test(text)) return;
    const loads = text.includes("import(") ? dynamic : [];
    return {
      // Again, since the short names depend on all of the text that was printed.
      digest: digestBytes(await print(text, "short")),
      wants: distinct([
        ...imports.filter((want) => text.includes(mark(want))),
        ...loads.map((specifier): Want => [specifier, "*"]),
      ]),
    };
  };
  if (exports) {
    try {
      const parts: Record<string, Part> = {};
      await Promise.all([...exports].map(async ([name, clause]) => {
        const found = await part(clause);
        if (found) parts[name] = found;
      }));
      const effects = await part("");
      if (Object.keys(parts).length === exports.size) {
        return {
          exports: parts,
          looks,
          ...(effects && { effects }),
        };
      }
    } catch (error) {
      // What cannot be told apart is taken as a whole.
      if (messagesOf(error).length === 0) throw error;
    }
  }
  const all: Part = {
    digest: digestBytes(parsed.text),
    wants: distinct(
      parsed.loads.map((specifier): Want => [specifier, "*"]),
    ),
  };
  return { exports: { "*": all }, effects: all, looks };
}

function distinct(wants: readonly Want[]): Want[] {
  return [...new Map(wants.map((want) => [want.join("\0"), want])).values()]
    .sort();
}
