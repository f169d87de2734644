/**
 * A study that has nothing to do with the other: a text in capitals, and the number
 * of its words. No network, no numbers, no paper and no claims; one stage is a
 * command. With the engine in its folder, run as a stranger would.
 */
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const original = new URL("../../", import.meta.url).pathname;

const FILES: { readonly [path: string]: string } = {
  LICENSE: "Do what you like.\n",
  "text.txt": "to be or not to be\n",
  "stages/shout.ts": `
export default async (task: any) => {
  const text = await Deno.readTextFile(task.input("text"));
  await Deno.writeTextFile(task.output("loud"), text.toUpperCase());
};
`,
  "main.ts": `
import { start } from "./pipeline/cli/start.ts";
import { file, output } from "./pipeline/stage/declaration.ts";

const stages = [
  {
    name: "shout",
    title: "Write it in capitals",
    at: () => ({
      runs: { kind: "module", module: "stages/shout.ts" },
      inputs: { text: file("text.txt") },
      outputs: { loud: { file: "loud.txt", artifact: "loud.txt" } },
    }),
  },
  {
    name: "sort",
    title: "Sort the letters of the words",
    at: () => ({
      runs: { kind: "command", command: ["sort", "-o", "{output sorted}", "{input loud}"] },
      inputs: { loud: output("shout", "loud") },
      outputs: { sorted: { file: "sorted.txt", artifact: "pages/sorted.txt" } },
    }),
  },
];

Deno.exit(await start(import.meta.dirname, Deno.args, () => Promise.resolve({
  root: import.meta.dirname,
  deno: Deno.version.deno,
  pipeline: { stages },
  configure: () => Promise.resolve({ ok: true, value: {} }),
  sandbox: () => "deno",
  sources: ["main.ts", "deno.json"],
  shorthands: [],
  difference: () => Promise.resolve((path, was, now) => {
    const text = (read) => new TextDecoder().decode(read(path)).trim();
    return path === "loud.txt" ? text(was) + " → " + text(now) : undefined;
  }),
  publication: () => ({
    name: "words",
    title: "Words",
    description: "A text in capitals.",
    version: "1.0.0",
    license: "MIT",
    keywords: [],
    authors: [{ given: "Ada", family: "Example" }],
    datasets: [],
    means: [],
    workflow: "main.ts",
    sources: ["LICENSE", "deno.json", "deno.lock", "main.ts", "pipeline", "stages", "text.txt"],
    claims: [],
  }),
})));
`,
};

/** One process. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The study in a folder of its own. */
export class Words implements Disposable {
  readonly root: string;

  constructor(files = FILES) {
    const folder = Deno.makeTempDirSync({ prefix: "words-" });
    this.root = join(Deno.realPathSync(folder), "study");
    mkdirSync(this.root);
    for (const [path, text] of Object.entries(files)) this.write(path, text);
    for (const part of ["deno.json", "deno.lock", "pipeline"]) {
      cpSync(join(original, part), join(this.root, part), { recursive: true });
    }
  }

  /** Runs a command to its end. */
  run(...args: string[]): Promise<Ran> {
    return this.deno("-A", "main.ts", ...args);
  }

  /** Runs a program in its folder. */
  async deno(...args: string[]): Promise<Ran> {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", ...args],
      cwd: this.root,
      stdin: "null",
      env: { NO_COLOR: "1" },
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, out: text(stdout), err: text(stderr) };
  }

  path(name: string): string {
    return join(this.root, name);
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), text);
  }

  [Symbol.dispose](): void {
    rmSync(join(this.root, ".."), { recursive: true, force: true });
  }
}
