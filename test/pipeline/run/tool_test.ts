/** Programs of command stages: what of them is noticed, also behind the quick answer. */
import { deepEqual, equal, match, notDeepEqual } from "node:assert/strict";
import {
  chmodSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { packageFacts } from "../../../pipeline/sandbox/program/packages.ts";
import { StatCache } from "../../../pipeline/store/stat.ts";

const engine = new URL("../../../pipeline/", import.meta.url).pathname;

/** A project with one stage that runs `tool`, which is looked for in the folders `one` and `two`. */
class Project implements Disposable {
  readonly root: string;
  path: readonly string[] = ["one", "two"];

  constructor() {
    this.root = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "tool-" }));
    for (const folder of ["one", "two"]) mkdirSync(join(this.root, folder));
    this.write("deno.json", '{ "lock": false }\n');
    this.write(
      "main.ts",
      `
import { start } from "${engine}cli/start.ts";
const stages = [{ name: "x", title: "x", at: () => ({
  runs: { kind: "command", command: ["tool", "{output o}"] },
  outputs: { o: { file: "o", artifact: "o" } },
}) }];
Deno.exit(await start(import.meta.dirname, Deno.args, async () => ({
  root: import.meta.dirname,
  deno: Deno.version.deno,
  pipeline: { stages },
  configure: () => Promise.resolve({ ok: true, value: {} }),
  sandbox: () => "deno",
  sources: ["main.ts", "deno.json"],
  shorthands: [],
})));
`,
    );
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), text);
  }

  /** A program that writes a word into its first argument. */
  tool(path: string, word: string): void {
    this.script(path, `echo ${word} > "$1"`);
  }

  script(path: string, body: string): void {
    this.write(path, `#!/bin/sh\n${body}\n`);
    chmodSync(join(this.root, path), 0o755);
  }

  link(path: string, target: string): void {
    rmSync(join(this.root, path), { force: true });
    symlinkSync(target, join(this.root, path));
  }

  /** Brings the result up to date, and reads it. */
  async run(): Promise<string> {
    const { code, err } = await this.reproduce();
    equal(code, 0, err);
    return Deno.readTextFileSync(join(this.root, "artifacts/o")).trim();
  }

  async reproduce(): Promise<{ code: number; err: string }> {
    const folders = this.path.map((folder) => join(this.root, folder));
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--config",
        join(engine, "../deno.json"),
        "main.ts",
        "reproduce",
      ],
      cwd: this.root,
      stdin: "null",
      env: { NO_COLOR: "1", PATH: [...folders, "/usr/bin", "/bin"].join(":") },
    }).output();
    return { code, err: new TextDecoder().decode(stderr) };
  }

  /** Until an answer is written down: files that were just made are not trusted. */
  async settle(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 150));
    await this.run();
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

for (
  const [what, change] of [
    ["is edited", (project: Project) => project.tool("two/tool", "b")],
    [
      "is hidden by another on PATH",
      (project: Project) => project.tool("one/tool", "b"),
    ],
    ["is another on another PATH", (project: Project) => {
      project.tool("three/tool", "b");
      project.path = ["three"];
    }],
  ] as const
) {
  Deno.test(`reproduce runs a command again if its program ${what}`, async () => {
    using project = new Project();
    project.tool("two/tool", "a");
    equal(await project.run(), "a");
    await project.settle();
    change(project);
    equal(await project.run(), "b");
  });
}

for (
  const [what, link, target] of [
    ["a link", "two/tool", "../real/b/tool"],
    ["a link to a folder", "real/now", "b"],
  ] as const
) {
  Deno.test(`reproduce runs a command again if ${what} on the way to its program leads elsewhere`, async () => {
    using project = new Project();
    project.tool("real/a/tool", "a");
    project.tool("real/b/tool", "b");
    project.link("real/now", "a");
    project.link("two/tool", "../real/now/tool");
    equal(await project.run(), "a");
    await project.settle();
    project.link(link, target);
    equal(await project.run(), "b");
  });
}

/** As pyenv and its like: a script on PATH that hands over to the manager, who reads a file. */
function managed(project: Project): void {
  project.tool("versions/a/bin/tool", "a");
  project.tool("versions/b/bin/tool", "b");
  project.script(
    "manager",
    `[ "$1" = which ] || exit 3
read version < ${project.root}/version
[ -x ${project.root}/versions/$version/bin/$2 ] || exit 1
echo ${project.root}/versions/$version/bin/$2`,
  );
  project.script(
    "two/tool",
    `program="\${0##*/}"\nexec "${project.root}/manager" exec "$program" "$@"`,
  );
}

Deno.test("reproduce runs the program that a version manager means, and asks again each time", async () => {
  using project = new Project();
  managed(project);
  project.write("version", "a\n");
  equal(await project.run(), "a");
  await project.settle();
  project.write("version", "b\n");
  equal(await project.run(), "b");
  project.tool("versions/b/bin/tool", "c");
  equal(await project.run(), "c");
});

Deno.test("reproduce refuses a version manager's stand-in that stands for nothing", async () => {
  using project = new Project();
  managed(project);
  project.write("version", "none\n");
  const { code, err } = await project.reproduce();
  equal(code, 2, err);
  match(err, /Cannot tell which program ".*\/two\/tool" stands for/);
});

Deno.test("packageFacts() sees what is installed for a Python, in a venv and behind it", () => {
  using project = new Project();
  project.script("base/bin/python3", "");
  mkdirSync(join(project.root, "venv/bin"), { recursive: true });
  project.link("venv/bin/python", "../../base/bin/python3");
  const python = join(project.root, "venv/bin/python");
  const facts = () =>
    packageFacts(python, StatCache.open(join(project.root, "stat")));
  const changes = (what: string, act: () => void) => {
    const before = facts();
    act();
    notDeepEqual(facts(), before, what);
  };
  equal(facts(), undefined);
  const site = "venv/lib/python3.11/site-packages";
  changes("a venv", () => project.write(`${site}/one.py`, "1"));
  changes("a module", () => project.write(`${site}/one.py`, "2"));
  changes("a package", () => project.write(`${site}/two/__init__.py`, ""));
  const record = `${site}/two-1.dist-info/RECORD`;
  changes("a distribution", () => project.write(record, "two,sha256=1,1"));
  changes(
    "another of that version",
    () => project.write(record, "two,sha256=2,1"),
  );
  changes(
    "a package behind the venv",
    () => project.write("base/lib/python3.11/site-packages/three.py", ""),
  );
  changes(
    "whether those are seen",
    () =>
      project.write("venv/pyvenv.cfg", "include-system-site-packages = true\n"),
  );
  const before = facts();
  project.write(`${site}/__pycache__/one.pyc`, "");
  deepEqual(facts(), before, "what Python writes itself");
});
