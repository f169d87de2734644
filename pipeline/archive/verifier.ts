/**
 * The verifier that goes into an archive: the modules of the first three levels
 * and the project's judge, in one file, as esbuild joins them. So there
 * is one source of what an archive has to be. Deno and Node run the same bytes.
 */
import { join, relative } from "node:path";

/** What joins the two. */
function entry(judge: string | undefined): string {
  const from = (name: string, path: string) =>
    `import { ${name} } from ${JSON.stringify(path)};`;
  return [
    `import ${JSON.stringify(join(import.meta.dirname!, "older.ts"))};`,
    from("argv, exit, stdout", "node:process"),
    from("standalone", join(import.meta.dirname!, "standalone.ts")), // a local file
    judge === undefined
      ? from(
        "NO_CLAIMS as judge",
        join(import.meta.dirname!, "../project/publication.ts"),
      )
      : `import * as judge from ${JSON.stringify(judge)};`,
    "let text = '';",
    "const code = standalone(argv.slice(2), judge, (part) => text += part);",
    "stdout.write(text, () => exit(code));",
  ].join("\n");
}

const HEAD =
  `// Checks this archive: deno run --allow-read verify.ts [ARCHIVE] [--json]
// or, with Node 18 or newer: node verify.mjs [ARCHIVE] [--json]
// Level 0: every byte against manifest-sha256.txt. Level 1: the record of what made
// what. Level 2: every claim, from the archived numbers. It runs no other code.
// Exit code 0 yes, 1 no, 2 could not judge. Built from the modules named below.
// verify.ts and verify.mjs are the same.
Symbol.dispose ??= Symbol.for("Symbol.dispose"); // Node's before 18.18 have none
`;

/** The text of the verifier. */
export async function verifierFile(
  root: string,
  judge: string | undefined,
  deno: string,
): Promise<string> {
  const esbuild = await import("esbuild");
  try {
    const { outputFiles } = await esbuild.build({
      stdin: {
        contents: entry(judge && join(root, judge)),
        resolveDir: root,
        sourcefile: "verify.ts",
        loader: "ts",
      },
      absWorkingDir: root,
      bundle: true,
      write: false,
      format: "esm",
      platform: "node",
      target: "node18",
      charset: "utf8",
      // The verifier also runs where there is no Deno, and with a Node before 20.11,
      // which does not know the folder of a module: what is declared is only compared.
      define: {
        "Deno.version.deno": JSON.stringify(deno),
        "import.meta.dirname": JSON.stringify("."),
      },
      legalComments: "none",
      logLevel: "silent",
      // Only what a reader sees counts: no settings of the machine.
      tsconfigRaw: "{}",
      outfile: join(root, "verify.js"),
    });
    const [file] = outputFiles;
    if (!file) throw new Error("esbuild gave no file");
    return HEAD + named(file.text, root);
  } finally {
    await esbuild.stop();
  }
}

/** The text with each module named from its own root, wherever the two lie. */
function named(text: string, root: string): string {
  const engine = join(import.meta.dirname!, "../.."); // a local file always has one
  return text.replace(
    /^\/\/ (\S+\.(?:ts|js|mjs|cjs|json))$/gm,
    (_, path: string) => {
      const whole = join(root, path);
      const inside = relative(root, whole);
      return `// ${inside.startsWith("..") ? relative(engine, whole) : inside}`;
    },
  );
}
