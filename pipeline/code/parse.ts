/**
 * Parses modules: esbuild prints each one without comments, layout and types, and
 * what it imports is replaced by marks.
 */
import type { Identifier, Literal } from "acorn";
import type { BuildOptions, BuildResult, Message, Plugin } from "esbuild";
import { fail, type Failure, ok, type Result } from "../failure.ts";
import { type Looks, looksOf, parse, type Program } from "./syntax.ts";

/** A module's text. */
export interface Source {
  /** Relative to the root, for messages. */
  readonly name: string;
  readonly text: string;
}

/** What an export needs of another module: `*` is everything. */
export type Want = readonly [specifier: string, name: string];

/** A module without comments, layout and types, and what can be read off that. */
export interface Parsed {
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
  readonly looks: Looks;
}

/** What an unnamed default export is called after, unlike anything a person writes. */
const UNNAMED = "an-export-without-a-name";

/** Reads modules. Fails where one does not parse or computes what it imports. */
export async function parseModules(
  sources: readonly Source[],
  build: (options: BuildOptions) => Promise<BuildResult>,
): Promise<Result<Parsed[]>> {
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
        what: `Cannot read the module ${place(first, sources)}`,
        seen: first.text,
      },
    );
  }
  for (const warning of result.warnings) {
    if (warning.id === "unsupported-dynamic-import") {
      return fail(computed(warning, sources));
    }
  }
  const modules: Parsed[] = [];
  for (const { path, text } of result.outputFiles ?? []) {
    const output = result.metafile?.outputs[path.replace(/^\//, "")];
    modules[parseInt(path.slice(1))] = parsed(
      text.trim(),
      output?.exports ?? [],
      output?.imports ?? [],
    );
  }
  return ok(modules);
}

function parsed(
  text: string,
  names: readonly string[],
  loads: readonly { readonly path: string; readonly kind: string }[],
): Parsed {
  const program = parse(text);
  const parts = program && takeOut(text, program);
  const dynamic = loads.filter(({ kind }) => kind !== "import-statement");
  const looks = looksOf(program);
  const understood = parts && !looks.evaluates &&
    parts.exports.size === names.length &&
    names.every((name) => parts.exports.has(name));
  return {
    text,
    body: parts?.body ?? text,
    exports: understood ? parts.exports : undefined,
    imports: parts?.imports ?? [],
    loads: loads.map(({ path }) => path),
    dynamic: [...new Set(dynamic.map(({ path }) => path))],
    looks,
  };
}

/** A module's text without its exports, and with marks in place of its imports. */
function takeOut(text: string, { body: statements }: Program):
  | Pick<Parsed, "body" | "imports"> & { exports: Map<string, string> }
  | undefined {
  const imports: Want[] = [];
  const exports = new Map<string, string>();
  let body = "";
  let end = 0;
  for (const statement of statements) {
    switch (statement.type) {
      case "ImportDeclaration": {
        const specifier = String(statement.source.value);
        const marks = statement.specifiers.map(({ local, ...one }) => {
          const want: Want = [
            specifier,
            one.type === "ImportSpecifier"
              ? nameOf(one.imported)
              : one.type === "ImportDefaultSpecifier"
              ? "default"
              : "*",
          ];
          imports.push(want);
          return `var ${local.name}=${mark(want)};`;
        });
        body += text.slice(end, statement.start) + marks.join("");
        end = statement.end;
        break;
      }
      case "ExportNamedDeclaration": {
        // Of esbuild's, there is one clause at the end and no other form.
        if (statement.source || statement.declaration) return;
        for (const one of statement.specifiers) {
          exports.set(nameOf(one.exported), text.slice(one.start, one.end));
        }
        body += text.slice(end, statement.start);
        end = statement.end;
        break;
      }
      // What a star brings along depends on other modules.
      case "ExportAllDeclaration":
      case "ExportDefaultDeclaration":
        return;
    }
  }
  return { body: body + text.slice(end), imports, exports };
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

/** A name in an import or export clause. */
function nameOf(name: Identifier | Literal): string {
  return name.type === "Identifier" ? name.name : String(name.value);
}

/** The messages of an error of esbuild's; none of any other. */
export function messagesOf(error: unknown): readonly Message[] {
  const { errors } = error as { errors?: unknown };
  return Array.isArray(errors) ? errors : [];
}

function computed(message: Message, sources: readonly Source[]): Failure {
  return {
    kind: "computed-import",
    what: `Cannot follow the import at ${place(message, sources)}`,
    seen: "its target is computed, so nobody can know what it loads",
    hint: "import a literal name, one for each case",
  };
}

function place({ location }: Message, sources: readonly Source[]): string {
  const index = parseInt(location?.file.replace(/^module:/, "") ?? "");
  return `${sources[index]?.name ?? "?"}:${location?.line ?? "?"}`;
}
