/** `--watch` from outside: mistakes and their repairs, editors' ways to save, signals. */
import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Changes } from "../../../pipeline/cli/changes.ts";
import { Program } from "../../rig/program.ts";

const engine = new URL("../../../pipeline/", import.meta.url).pathname;
const DONE = "alpha\n1: 1 2 3 \nalpha\n2: 1 2 3 \n";

/** A process that watches, and what it says between one wait and the next. */
class Watching implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #chunks: AsyncIterator<string>;
  readonly #out: Promise<string>;
  #text = "";

  constructor(program: Program, ...args: string[]) {
    this.#process = program.start("reproduce", "--watch", ...args);
    this.#chunks = this.#process.stderr.pipeThrough(new TextDecoderStream())
      [Symbol.asyncIterator]();
    this.#out = new Response(this.#process.stdout).text();
  }

  /** What was said until it waits again. */
  async round(): Promise<string> {
    const end = /watching for changes; Ctrl-C ends it\n/;
    for (let found = end.exec(this.#text);; found = end.exec(this.#text)) {
      if (found) {
        const said = this.#text.slice(0, found.index);
        this.#text = this.#text.slice(found.index + found[0].length);
        return said;
      }
      const { done, value } = await this.#chunks.next();
      if (done) throw new Error(`it ended: ${this.#text}`);
      this.#text += value;
    }
  }

  /** Rounds until one says this: an editor's steps may make several. */
  async until(said: RegExp): Promise<string> {
    for (;;) {
      const round = await this.round();
      if (said.test(round)) return round;
    }
  }

  async end(signal: Deno.Signal): Promise<{ code: number; out: string }> {
    this.#process.kill(signal);
    while (!(await this.#chunks.next()).done);
    const { code } = await this.#process.status;
    return { code, out: await this.#out };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has ended
    }
    await this.#process.status;
    await this.#out;
    while (!(await this.#chunks.next()).done);
  }
}

function opened(): Program {
  const program = new Program();
  program.open(1);
  program.open(2);
  return program;
}

/** The program with a configuration of one setting. */
function configured(): Program {
  const program = opened();
  program.write("experiment.toml", 'word = "a"\n');
  program.write(
    "main.ts",
    program.read("main.ts").replace(
      "configure: () => Promise.resolve({ ok: true, value: {} })",
      `configure: () => Promise.resolve(readConfig({
        path: import.meta.dirname + "/experiment.toml",
        schema: v.strictObject({ word: v.pipe(v.string("a text"), v.maxLength(3, "a text of at most 3 letters")) }),
      }))`,
    ) + `
import { readConfig } from "${engine}config/config.ts";
import * as v from "valibot";
`,
  );
  return program;
}

/** Saves as careful editors do: written beside it, then renamed over it. */
function save(program: Program, path: string, text: string): void {
  const beside = join(program.root, "saved");
  writeFileSync(beside, text);
  renameSync(beside, join(program.root, path));
}

Deno.test("--watch shows every mistake, waits for its repair, and goes on", async (t) => {
  using program = configured();
  await using watching = new Watching(program);
  await watching.until(/^done last /m);
  equal(program.read("artifacts/out.txt"), DONE);

  const joins = program.read("stages/join.js");
  const main = program.read("main.ts");
  const mistakes: {
    readonly [mistake: string]: readonly [
      make: () => void,
      said: RegExp,
      mend: () => void,
    ];
  } = {
    "TOML that is none": [
      () => save(program, "experiment.toml", "word = \n"),
      /error: Cannot read experiment.toml, line 1/,
      () => save(program, "experiment.toml", 'word = "b"\n'),
    ],
    "a value that is refused": [
      () => program.write("experiment.toml", 'word = "abcd"\n'),
      /word is "abcd"/,
      () => program.write("experiment.toml", 'word = "c"\n'),
    ],
    "a configuration that vanishes": [
      () => rmSync(join(program.root, "experiment.toml")),
      /Cannot read the configuration/,
      () => save(program, "experiment.toml", 'word = "d"\n'),
    ],
    "a stage that is no code": [
      () => program.write("stages/join.js", "export default function ( {\n"),
      /error: Cannot read .*stages\/join.js/,
      () => program.write("stages/join.js", joins),
    ],
    "a stage that fails": [
      () =>
        program.write(
          "stages/join.js",
          'export default () => { throw new TypeError("oh no"); };\n',
        ),
      /failed last/,
      () => program.write("stages/join.js", joins),
    ],
    "declarations that are no code": [
      () => save(program, "main.ts", `${main}\nconst = 1;\n`),
      /error: .*Expression expected|error: .*Expected/s,
      () => save(program, "main.ts", main),
    ],
    "declarations that throw": [
      () => save(program, "main.ts", `null.x;\n${main}`),
      /error: Uncaught/,
      () => save(program, "main.ts", main),
    ],
    "a module that vanishes": [
      () => rmSync(join(program.root, "stages/join.js")),
      /error: Cannot read the module "stages\/join.js"/,
      () => save(program, "stages/join.js", joins),
    ],
    "a folder that is moved away": [
      () =>
        renameSync(
          join(program.root, "stages"),
          join(program.root, "elsewhere"),
        ),
      /error: Cannot read the module/,
      () =>
        renameSync(
          join(program.root, "elsewhere"),
          join(program.root, "stages"),
        ),
    ],
  };
  for (const [mistake, [make, said, mend]] of Object.entries(mistakes)) {
    await t.step(mistake, async () => {
      make();
      const told = await watching.until(said);
      match(told, /^↻ .* changed$/m);
      mend();
      doesNotMatch(
        await watching.until(/^(?!.*error:|.*failed)/s),
        /error|failed/,
      );
    });
  }

  await t.step("after all of them an edit is still seen", async () => {
    program.write("data/a.txt", "beta\n");
    await watching.until(/^done last /m);
    equal(program.read("artifacts/out.txt"), DONE.replaceAll("alpha", "beta"));
    mkdirSync(join(program.root, "more"));
    await watching.until(/^↻ more changed$/m);
    program.write("more/note.txt", "");
    await watching.until(/^↻ more\/note.txt changed$/m);
  });

  const { code, out } = await watching.end("SIGINT");
  equal(code, 130);
  match(out, /^up to date: 4 instances, nothing ran$/m);
});

Deno.test("--watch begins also where the declarations do not load", async () => {
  using program = opened();
  const main = program.read("main.ts");
  program.write(
    "main.ts",
    main.replace(
      "async () => ({",
      'async () => { throw new Error("not yet"); }, () => ({',
    ),
  );
  await using watching = new Watching(program);
  match(await watching.round(), /error: Uncaught.*not yet/s);
  program.write("main.ts", main);
  await watching.until(/^done last /m);
  equal((await watching.end("SIGTERM")).code, 143);
});

Deno.test("--watch ends at once where the command line is wrong: no edit would mend it", async () => {
  using program = opened();
  const { code, err } = await program.run("reproduce", "--watch", "--job", "2");
  equal(code, 2);
  match(err, /did you mean "--jobs"\?/);
});

Deno.test("Changes.next() names what was written, and not the way in which an editor wrote it", async () => {
  const root = Deno.makeTempDirSync();
  for (const name of ["a.toml", "left.ts"]) {
    writeFileSync(`${root}/${name}`, "");
  }
  {
    using changes = new Changes(root);
    writeFileSync(`${root}/4913`, "");
    rmSync(`${root}/4913`);
    writeFileSync(`${root}/a.toml~`, "");
    writeFileSync(`${root}/sedX1`, "new");
    renameSync(`${root}/sedX1`, `${root}/a.toml`);
    deepEqual(await changes.next(), ["a.toml"]);
    mkdirSync(`${root}/artifacts`);
    writeFileSync(`${root}/artifacts/page.txt`, "");
    rmSync(`${root}/left.ts`);
    deepEqual(await changes.next(), ["left.ts"]);
  }
  Deno.removeSync(root, { recursive: true });
});

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test(`${signal} during a run of --watch ends its processes, too, and exits with ${code}`, async () => {
    using program = new Program();
    const process = program.start("reproduce", "--watch", "--json");
    let text = "";
    for await (
      const chunk of process.stdout.pipeThrough(new TextDecoderStream())
    ) {
      const before = text.includes('"progress"');
      text += chunk;
      if (!before && text.includes('"progress"')) process.kill(signal);
    }
    match(text, /"kind":"interrupted"/);
    equal((await process.status).code, code);
    await process.stderr.cancel();
    const { stdout } = await new Deno.Command("pgrep", {
      args: ["-af", program.root],
    }).output();
    equal(new TextDecoder().decode(stdout), "");
  });
}
