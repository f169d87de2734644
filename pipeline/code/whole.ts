/**
 * Modules as esbuild prints them: without comments, layout and types, each
 * alone, with marks in place of what it imports.
 */
import type { BuildOptions, BuildResult, Message, Plugin } from "esbuild";
import { fail, type Failure, ok, type Result } from "../failure.ts";

/** A module's text. */
export interface Source {
  /** Relative to the root, for messages. */
  readonly name: string;
  readonly text: string;
}

/** What an export needs of another module: `*` is everything. */
export type Want = readonly [specifier: string, name: string];

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

/** A module without comments, layout and types, and what can be read off that. */
export interface Whole {
  /** All of it. */
  readonly text: string;
  /** Without its exports, and with marks in place of its imports. */
  readonly body: string;
  /** By exported name, the words of its export clause; `undefined` if they are not known. */
  readonly exports: ReadonlyMap<string, string> | undefined;
  readonly imports: readonly Want[];
  /** All that it loads, by specifier. */
  readonly loads: readonly string[];
  /** What `import()` loads. */
  readonly dynamic: readonly string[];
  readonly evaluates: boolean;
  readonly reflects: boolean;
}

/** What an unnamed default export is called after, unlike anything a person writes. */
const UNNAMED = "an-export-without-a-name";

/** Reads modules. Fails where one does not parse or computes what it imports. */
export async function readWhole(
  sources: readonly Source[],
  build: (options: BuildOptions) => Promise<BuildResult>,
): Promise<Result<Whole[]>> {
  const texts: Plugin = {
    name: "texts",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: new RegExp(`^\\d+/${UNNAMED}$`) }, ({ path }) => ({
        namespace: "module",
        path,
      }));
      onLoad(
        { filter: /.*/, namespace: "module" },
        ({ path }) => load(sources[parseInt(path)]!), // the entries below
      );
    },
  };
  let result;
  try {
    result = await build({
      entryPoints: sources.map((_, index) => ({
        in: `${index}/${UNNAMED}`,
        out: `${index}`,
      })),
      absWorkingDir: "/",
      outdir: "/",
      write: false,
      metafile: true,
      bundle: true,
      external: ["*"],
      minifyWhitespace: true,
      logOverride: { "unsupported-dynamic-import": "warning" },
      plugins: [texts],
    });
  } catch (error) {
    const messages = messagesOf(error);
    const [first] = messages;
    if (!first) throw error;
    // An import of a template becomes a search of folders, which finds nothing.
    const search = messages.find(({ text }) =>
      /^Could not resolve (import|require)\(/.test(text)
    );
    return fail(
      search ? computed(search, sources) : {
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
    wholes[parseInt(path.slice(1))] = read(
      text.trim(),
      output?.exports ?? [],
      output?.imports ?? [],
    );
  }
  return ok(wholes);
}

/** An import statement, and the export clause, as esbuild prints them. */
const IMPORT =
  /\bimport(?: ?([^\s,{}*"'`()]+))?,?(?:\{([^}]*)\}|\*as ([^\s,{}*"'`()]+) )?(?:from ?| from ?)?("(?:[^"\\]|\\.)*")(?: ?with ?\{[^}]*\})?;/g;
const EXPORT = /\bexport\{([^{}]*)\};$/;

function read(
  text: string,
  names: readonly string[],
  loads: readonly { readonly path: string; readonly kind: string }[],
): Whole {
  const imports: Want[] = [];
  const statements = new Set<string>();
  // Text that only looks like an import, in a string, becomes another text or
  // breaks the string: it stays distinct, or the module is taken as a whole.
  const marked = text.replace(
    IMPORT,
    (statement, one?: string, some?: string, all?: string, from = "") => {
      let specifier: string;
      try {
        specifier = JSON.parse(from);
      } catch (error) {
        if (error instanceof SyntaxError) return statement;
        throw error;
      }
      statements.add(specifier);
      const locals: [local: string, name: string][] = [];
      if (one !== undefined) locals.push([one, "default"]);
      if (all !== undefined) locals.push([all, "*"]);
      for (const item of some?.split(",") ?? []) {
        const { name, local } = alias(item);
        if (name !== "") locals.push([local, name]);
      }
      for (const [, name] of locals) imports.push([specifier, name]);
      if (locals.length === 0) locals.push(["nothing$", ""]);
      return locals.map(([local, name]) =>
        `var ${local}=${mark([specifier, name])};`
      ).join("");
    },
  );
  const clause = EXPORT.exec(marked);
  const exports = new Map<string, string>();
  for (const item of clause?.[1]?.split(",") ?? []) {
    const { local } = alias(item);
    if (local !== "") exports.set(unquote(local), item);
  }
  const dynamic = new Set<string>();
  let understood = exports.size === names.length &&
    names.every((name) => exports.has(name)) &&
    !/\bexport\*from/.test(text);
  for (const { path, kind } of loads) {
    if (kind !== "import-statement") dynamic.add(path);
    else if (!statements.has(path)) understood = false;
  }
  const evaluates = EVALUATION.test(text);
  return {
    text,
    body: clause ? marked.slice(0, clause.index) : marked,
    exports: understood && !evaluates ? exports : undefined,
    imports,
    loads: loads.map(({ path }) => path),
    dynamic: [...dynamic],
    evaluates,
    reflects: REFLECTION.test(text),
  };
}

/** One item of an import or export clause: `name as local`. */
function alias(item: string): { name: string; local: string } {
  const [name = "", local = name] = item.trim().split(" as ");
  return { name: unquote(name), local };
}

function unquote(name: string): string {
  return name.replace(/^"(.*)"$/, "$1");
}

/**
 * Stands for an import in the text of a part; found there, it is wanted. A
 * regular expression, since that is never computed with and falls away where
 * nobody uses it.
 */
export function mark([specifier, name]: Want): string {
  const plain = (text: string) =>
    text.replace(
      /[^\w-]/gu,
      (letter) => `%${letter.codePointAt(0)?.toString(16)}%`,
    );
  return `/import ${plain(name)} from ${plain(specifier)}/`;
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

/** The messages of an error of esbuild's; none of any other. */
export function messagesOf(error: unknown): readonly Message[] {
  const { errors } = error as { errors?: unknown };
  return Array.isArray(errors) ? errors : [];
}

function computed(message: Message, sources: readonly Source[]): Failure {
  return {
    kind: "computed-import",
    what: `Follow the import at ${place(message, sources)}`,
    seen: "its target is computed, so nobody can know what it loads",
    hint: "import a literal name, one for each case",
  };
}

function place({ location }: Message, sources: readonly Source[]): string {
  const index = parseInt(location?.file.replace(/^module:/, "") ?? "");
  return `${sources[index]?.name ?? "?"}:${location?.line ?? "?"}`;
}
