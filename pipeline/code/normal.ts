/**
 * A module's text without what does not matter to its result: comments, layout,
 * types. esbuild parses and prints it; it is loaded only when a text was never
 * seen before.
 */
import { readFileSync } from "node:fs";
import { type Digest, digestBytes } from "../digest.ts";
import { fail, ok, type Result } from "../failure.ts";
import type { StatCache } from "../stat.ts";

/** Digests of normalised texts. */
export interface Normal {
  readonly of: (path: string) => Digest | undefined;
  /** By the digest of the text as it stands. */
  readonly known: { readonly [raw: string]: Digest };
}

/**
 * Normalises modules, using what is known of their texts. A computed import is
 * refused, but in trusted modules: the engine's own loads what it is told to.
 */
export async function normalise(
  paths: readonly string[],
  stat: StatCache,
  known: { readonly [raw: string]: Digest },
  trusted: ReadonlySet<string>,
): Promise<Result<Normal>> {
  const now: Record<string, Digest> = {};
  const raws = new Map<string, Digest>();
  const fresh: [path: string, raw: Digest][] = [];
  for (const path of paths) {
    const raw = stat.digest(path);
    if (raw === undefined) continue;
    raws.set(path, raw);
    const digest = known[raw];
    if (digest === undefined) fresh.push([path, raw]);
    else now[raw] = digest;
  }
  if (fresh.length > 0) {
    const esbuild = await import("esbuild");
    try {
      for (const [path, raw] of fresh) {
        const text = readFileSync(path, "utf8");
        const computed = trusted.has(path) ? undefined : computedImport(text);
        if (computed !== undefined) {
          return fail({
            kind: "computed-import",
            what: `Follow the import at ${path}:${computed}`,
            seen: "its target is computed, so nobody can know what it loads",
            hint: "import a literal name, one for each case",
          });
        }
        const { code } = await esbuild.transform(text, {
          loader: path.endsWith("x") ? "tsx" : "ts",
          minifyWhitespace: true,
          legalComments: "none",
          charset: "utf8",
        });
        now[raw] = digestBytes(code);
      }
    } finally {
      await esbuild.stop();
    }
  }
  return ok({
    of: (path) => {
      const raw = raws.get(path);
      return raw && now[raw];
    },
    known: now,
  });
}

/** The line of an import whose argument is no literal. */
function computedImport(text: string): number | undefined {
  const code = text.replace(
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g,
    (part) => /^["']/.test(part) ? '"…"' : part.replace(/[^\n]/g, " "),
  );
  const found = /\bimport\s*\(\s*(?!["'\s])/.exec(code);
  return found ? code.slice(0, found.index).split("\n").length : undefined;
}
