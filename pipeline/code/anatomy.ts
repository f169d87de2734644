/**
 * A module taken apart: for each of its exports the text that this export lives
 * of, and one part for what happens when the module is loaded. So a stage that
 * uses one function of a module does not run again for an edit of another.
 *
 * esbuild parses, removes what an export does not reach, and prints: comments,
 * layout, types and the names of local variables are gone. Names that a program
 * can see (`function.name`) stay. Each module is taken apart alone, with stubs
 * for what it imports, so that its parts change only with its own text.
 */
import type { BuildOptions, BuildResult, Message, Plugin } from "esbuild";
import { type Digest, digestBytes } from "../digest.ts";
import { fail, ok, type Result } from "../failure.ts";

/** What an export needs of another module: `*` is everything. */
export type Want = readonly [specifier: string, name: string];

/** The text of one export with all that it reaches in its module. */
export interface Part {
  readonly digest: Digest;
  readonly wants: readonly Want[];
}

/** A module's parts. */
export interface Anatomy {
  /** By name of the export; `*` alone where they cannot be told apart. */
  readonly exports: { readonly [name: string]: Part };
  /** What happens when it is loaded, if anything does. */
  readonly effects?: Part;
  /** It may look at the text or the position of its functions: every byte counts. */
  readonly reflects: boolean;
  /** It may load code that nobody can foresee: every package counts. */
  readonly evaluates: boolean;
}

/** A module's text. */
export interface Source {
  /** Relative to the root, for messages. */
  readonly name: string;
  readonly text: string;
}

/**
 * What hands out the text of a function, or a place in it. `toString` with an
 * argument is a number's. `String(f)` cannot be told from a harmless one; it is
 * left to the author of a stage.
 */
const REFLECTION =
  /\.toString\(\)|\.toString\b(?!\()|["'`]toString["'`]|\.stack\b(?!\()|\b(?:captureStackTrace|prepareStackTrace)\b/;

/** What can run text as code, and with it import any package. */
const EVALUATION =
  /\b(?:eval|Function|Worker|createRequire|getBuiltinModule)\b|\.constructor\(/;

/** esbuild's version: another one may print differently. */
export const PRINTER: string =
  /esbuild@([^/]+)/.exec(import.meta.resolve("esbuild"))?.[1] ?? "";

/**
 * Takes modules apart, all at once. `compiler` holds the compiler options that
 * change what a module becomes. Fails on computed imports, naming file and line.
 */
export async function takeApart(
  sources: readonly Source[],
  compiler: { readonly [option: string]: unknown },
): Promise<Result<Anatomy[]>> {
  if (sources.length === 0) return ok([]);
  const esbuild = await import("esbuild");
  const common: BuildOptions = {
    bundle: true,
    write: false,
    metafile: true,
    absWorkingDir: "/",
    outdir: "/",
    format: "esm",
    platform: "neutral",
    target: "esnext",
    charset: "utf8",
    legalComments: "none",
    minify: true,
    keepNames: true,
    treeShaking: true,
    // Deno does not heed them either: `/* @__PURE__ */ register()` registers.
    ignoreAnnotations: true,
    tsconfigRaw: { compilerOptions: compiler },
    logLevel: "silent",
    logOverride: { "unsupported-dynamic-import": "warning" },
  };
  try {
    const whole = await readWhole(
      sources,
      (options) => esbuild.build({ ...common, ...options }),
    );
    if (!whole.ok) return whole;
    return ok(
      await dissect(sources, whole.value, {
        build: (options) => esbuild.build({ ...common, ...options }),
        print: async (text) => {
          const { code } = await esbuild.transform(text, {
            format: "esm",
            target: "esnext",
            charset: "utf8",
            minify: true,
            treeShaking: true,
            ignoreAnnotations: true,
          });
          return code;
        },
      }),
    );
  } finally {
    await esbuild.stop();
  }
}

/** A module as it is, normalised, and what can be read off that. */
interface Whole {
  readonly text: string;
  readonly exports: readonly string[];
  /** By specifier, the names that are imported from it; `*` for all of them. */
  readonly imports: ReadonlyMap<string, ReadonlySet<string>>;
  readonly evaluates: boolean;
  readonly reflects: boolean;
  /** Exports all of another module: which names these are it does not know. */
  readonly open: boolean;
}

interface Printer {
  build(options: BuildOptions): Promise<BuildResult>;
  print(text: string): Promise<string>;
}

async function readWhole(
  sources: readonly Source[],
  build: Printer["build"],
): Promise<Result<Whole[]>> {
  const texts: Plugin = {
    name: "texts",
    setup({ onResolve, onLoad }) {
      onResolve(
        { filter: /.*/ },
        ({ kind, path }) =>
          kind === "entry-point"
            ? { namespace: "module", path }
            : { external: true, path },
      );
      onLoad(
        { filter: /.*/, namespace: "module" },
        ({ path }) => load(sources[Number(path)]!), // the entries below
      );
    },
  };
  let result;
  try {
    result = await build({
      entryPoints: sources.map((_, index) => ({
        in: `${index}`,
        out: `${index}`,
      })),
      plugins: [texts],
    });
  } catch (error) {
    const messages = messagesOf(error);
    const [first] = messages;
    if (!first) throw error;
    // An import of a template becomes a search of folders, which finds nothing.
    return fail(
      messages.some(({ text }) =>
          /^Could not resolve (import|require)\(/.test(text)
        )
        ? computed(first, sources)
        : {
          kind: "module-broken",
          what: `Read the module ${place(first, sources)}`,
          seen: first.text,
        },
    );
  }
  for (const warning of result.warnings) {
    if (warning.id === "unsupported-dynamic-import") {
      return fail(computed(warning, sources));
    }
  }
  const wholes: Whole[] = [];
  for (const { path, text } of result.outputFiles ?? []) {
    const output = result.metafile?.outputs[path.replace(/^\//, "")];
    const index = Number(/(\d+)\.js$/.exec(path)?.[1]);
    const imports = importedNames(text);
    for (const { path, kind } of output?.imports ?? []) {
      const names = imports.get(path) ?? new Set();
      // Dynamic imports and those without names leave no names in the text.
      if (kind !== "import-statement") names.add("*");
      imports.set(path, names);
    }
    wholes[index] = {
      text,
      exports: output?.exports ?? [],
      imports,
      evaluates: EVALUATION.test(text),
      reflects: REFLECTION.test(text),
      open: /\bexport\*from/.test(text),
    };
  }
  return ok(wholes);
}

/** The names in the import statements of a text that esbuild printed. */
function importedNames(text: string): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  const statement =
    /\bimport(?: ([^\s,{}*"'`()]+))?,?(?:\{([^}]*)\}|(\*)as [^\s"']+)? ?from("(?:[^"\\]|\\.)*")/g;
  for (const [, one, some, all, from] of text.matchAll(statement)) {
    let specifier: string;
    try {
      specifier = JSON.parse(from!); // the group is not optional
    } catch (error) {
      if (error instanceof SyntaxError) continue; // inside a string: no import
      throw error;
    }
    const names = found.get(specifier) ?? new Set();
    found.set(specifier, names);
    if (one !== undefined) names.add("default");
    if (all !== undefined) names.add("*");
    for (const item of (some ?? "").split(",")) {
      const name = item.replace(/ as .*$/, "");
      if (name !== "") names.add(name);
    }
  }
  return found;
}

/** Stands for an import in the text of a part; found there, it is wanted. */
function mark(specifier: string, name: string): string {
  return `import{${encodeURIComponent(name)}}from(${
    encodeURIComponent(specifier)
  })`;
}

async function dissect(
  sources: readonly Source[],
  wholes: readonly Whole[],
  printer: Printer,
): Promise<Anatomy[]> {
  const undivided = new Set<number>();
  wholes.forEach(({ evaluates, open, exports }, index) => {
    if (evaluates || open || exports.length === 0) undivided.add(index);
  });
  let parts: Map<string, { text: string; externals: readonly string[] }>;
  for (;;) {
    try {
      parts = await buildParts(sources, wholes, undivided, printer);
      break;
    } catch (error) {
      // What cannot be told apart is taken as a whole.
      const before = undivided.size;
      for (const { location } of messagesOf(error)) {
        const index = /^module:(\d+)$/.exec(location?.file ?? "")?.[1];
        if (index !== undefined) undivided.add(Number(index));
      }
      if (undivided.size === before) throw error;
    }
  }
  const part = async (key: string, { imports }: Whole): Promise<Part> => {
    const { text, externals } = parts.get(key)!; // built for all that is divided
    const wants: Want[] = [];
    for (const [specifier, names] of imports) {
      if (names.has("*")) {
        if (externals.includes(specifier)) wants.push([specifier, "*"]);
        continue;
      }
      for (const name of names) {
        if (text.includes(mark(specifier, name))) wants.push([specifier, name]);
      }
    }
    const printed = text === "" ? "" : await rename(text, externals, printer);
    return { digest: digestBytes(printed), wants: wants.sort() };
  };
  return await Promise.all(wholes.map(async (whole, index) => {
    const { evaluates, reflects } = whole;
    if (undivided.has(index)) {
      const all: Part = {
        digest: digestBytes(whole.text),
        wants: [...whole.imports.keys()].map((specifier): Want => [
          specifier,
          "*",
        ]).sort(),
      };
      return { exports: { "*": all }, effects: all, evaluates, reflects };
    }
    const exports: Record<string, Part> = {};
    await Promise.all(whole.exports.map(async (name, at) => {
      exports[name] = await part(`${index}/${at}`, whole);
    }));
    return {
      exports,
      evaluates,
      reflects,
      ...(parts.get(`${index}/`)!.text !== "" && {
        effects: await part(`${index}/`, whole),
      }),
    };
  }));
}

/** The texts of all parts: `<module>/<export>`, and `<module>/` for its loading. */
async function buildParts(
  sources: readonly Source[],
  wholes: readonly Whole[],
  undivided: ReadonlySet<number>,
  { build }: Printer,
): Promise<Map<string, { text: string; externals: readonly string[] }>> {
  const keys: string[] = [];
  wholes.forEach(({ exports }, index) => {
    if (undivided.has(index)) return;
    keys.push(`${index}/`, ...exports.map((_, at) => `${index}/${at}`));
  });
  const parts = new Map<
    string,
    { text: string; externals: readonly string[] }
  >();
  if (keys.length === 0) return parts;
  const stubs: Plugin = {
    name: "stubs",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /.*/ }, ({ kind, path, namespace, importer }) => {
        if (kind === "entry-point") return { namespace: "part", path };
        if (namespace === "part") return { namespace: "module", path };
        const names = wholes[Number(importer.replace("module:", ""))]
          ?.imports.get(path);
        return kind !== "import-statement" || names?.has("*")
          ? { external: true, path }
          : { namespace: "stub", path: `${importer} ${path}` };
      });
      onLoad({ filter: /.*/, namespace: "part" }, ({ path }) => {
        const [index, at] = path.split("/");
        const from = JSON.stringify(index);
        const name = wholes[Number(index)]?.exports[Number(at)];
        return {
          loader: "js",
          contents: at === "" || name === undefined
            ? `import ${from}`
            : `export { ${JSON.stringify(name)} } from ${from}`,
        };
      });
      onLoad(
        { filter: /.*/, namespace: "module" },
        ({ path }) => load(sources[Number(path)]!), // an index by construction
      );
      onLoad({ filter: /.*/, namespace: "stub" }, ({ path }) => {
        const space = path.indexOf(" ");
        const specifier = path.slice(space + 1);
        const names = [
          ...wholes[Number(path.slice(0, space).replace("module:", ""))]
            ?.imports.get(specifier) ?? [],
        ];
        return {
          loader: "js",
          contents: names.map((name, at) =>
            `var i${at} = ${JSON.stringify(mark(specifier, name))};` +
            `export { i${at} as ${JSON.stringify(name)} };`
          ).join("\n"),
        };
      });
    },
  };
  const result = await build({
    entryPoints: keys.map((key) => ({ in: key, out: `${key}.part` })),
    plugins: [stubs],
  });
  for (const { path, text } of result.outputFiles ?? []) {
    const key = /(\d+\/\d*)\.part\.js$/.exec(path)?.[1];
    const output = result.metafile?.outputs[path.replace(/^\//, "")];
    if (key === undefined) continue;
    parts.set(key, {
      text: text.trim(),
      externals: (output?.imports ?? []).map(({ path }) => path),
    });
  }
  return parts;
}

const LETTERS =
  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$";

/**
 * A text whose local variables have names that do not depend on those which
 * they had. esbuild gives out letters by their frequency in the whole module,
 * without those in uses of names that it will replace, but with those in
 * declarations. In a part the names are short already; here a filling that nobody
 * uses, and that is gone from what is printed, fixes the order of frequencies
 * by a margin that these names cannot upset.
 */
async function rename(
  text: string,
  externals: readonly string[],
  { print }: Printer,
): Promise<string> {
  const frame = `${text}\nexport{};var ${LETTERS}=""`;
  const counts = letters(frame);
  // esbuild does not count the names of what is imported.
  for (const path of externals) letters(path, counts, -1);
  const names = text.match(/(?<![\w$])[a-zA-Z_$][\w$]?(?![\w$])/g) ?? [];
  const margin = Math.max(...letters(names.join(""))) + 1;
  const ranks = Math.min(LETTERS.length, new Set(names).size + 1);
  const count = (letter: string) => counts[letter.charCodeAt(0)]!; // ASCII
  const most = Math.max(...Array.from(LETTERS, count));
  const filling = Array.from(
    LETTERS,
    (letter, rank) =>
      letter.repeat(most - count(letter) + margin * Math.max(0, ranks - rank)),
  );
  return await print(`${frame.slice(0, -1)}${filling.join("")}"`);
}

/** Adds `by` for every letter of a text to the counts, which are by code. */
function letters(
  text: string,
  counts: Int32Array = new Int32Array(128),
  by = 1,
): Int32Array {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 128) counts[code]! += by; // in range
  }
  return counts;
}

function load({ name, text }: Source) {
  const extension = /\.([^./]+)$/.exec(name)?.[1] ?? "";
  const loader = /^[jt]sx$/.test(extension)
    ? extension as "jsx" | "tsx"
    : /^[cm]?js$/.test(extension)
    ? "js"
    : "ts";
  return { contents: text, loader } as const;
}

function messagesOf(error: unknown): readonly Message[] {
  const { errors } = error as { errors?: unknown };
  return Array.isArray(errors) ? errors : [];
}

function computed(message: Message, sources: readonly Source[]) {
  return {
    kind: "computed-import",
    what: `Follow the import at ${place(message, sources)}`,
    seen: "its target is computed, so nobody can know what it loads",
    hint: "import a literal name, one for each case",
  };
}

function place({ location }: Message, sources: readonly Source[]): string {
  const index = Number(location?.file.replace(/^module:/, ""));
  return `${sources[index]?.name ?? "?"}:${location?.line ?? "?"}`;
}
