/** What changes the identity of a stage's code, and what does not. */
import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { join } from "node:path";
import { checkout, Study } from "./study.ts";

/** Two stages that share a module, of which each uses something else. */
const SHARED = {
  "stages/a.ts": `
    import { add } from "./shared.ts";
    export default function a(): number { return add(1, 2); }
  `,
  "stages/b.ts": `
    import { multiply } from "./shared.ts";
    export default function b(): number { return multiply(1, 2); }
  `,
  "stages/shared.ts": `
    import { note } from "./note.ts";
    import { factor } from "./factor.ts";
    const SCALE = 2;
    /** Adds. */
    export function add(left: number, right: number): number {
      const sum = left + right;
      return note(sum);
    }
    export function multiply(left: number, right: number): number {
      return left * right * SCALE * factor();
    }
  `,
  "stages/note.ts":
    `export function note(value: number): number { return value; }`,
  "stages/factor.ts": `export function factor(): number { return 3; }`,
};

Deno.test("readCode() leaves the environment as it was, and obeys what stands there", async () => {
  const given = Deno.env.get("GOGC");
  try {
    for (const value of [undefined, "150"]) {
      if (value === undefined) Deno.env.delete("GOGC");
      else Deno.env.set("GOGC", value);
      using study = new Study(SHARED);
      await study.read("stages/a.ts");
      equal(Deno.env.get("GOGC"), value);
    }
  } finally {
    if (given === undefined) Deno.env.delete("GOGC");
    else Deno.env.set("GOGC", given);
  }
});

Deno.test("readCode() names what a stage uses, export by export", async () => {
  using study = new Study(SHARED);
  const { facts, files } = await study.read("stages/a.ts");
  deepEqual(Object.keys(facts).sort(), [
    "code stages/a.ts",
    "code stages/note.ts#note",
    "code stages/shared.ts#add",
    "compiler verbatimModuleSyntax",
  ]);
  deepEqual(
    files.map((path) => path.slice(study.root.length + 1)),
    [
      "stages/a.ts",
      "stages/factor.ts",
      "stages/note.ts",
      "stages/shared.ts",
    ],
    "what is loaded must be readable, used or not",
  );
});

Deno.test("readCode() ignores comments, layout, quotes and types", async () => {
  using study = new Study(SHARED);
  const edit = () =>
    study.write({
      "stages/shared.ts": `
        // Another comment, and /* @__PURE__ */ this one.
        import { factor } from './factor.ts'
        import { note } from './note.ts'
        interface Unused { readonly x: string }
        const SCALE: number = 2
        export function add(left: number, right: Unused["x"] | number): number {
          /* sum */ const sum = (left + right)

          return note(sum as number)
        }
        export function multiply(left: number, right: number): number {
          return (left * right * SCALE * factor())
        }
      `,
    });
  deepEqual(await study.changedBy("stages/a.ts", edit), []);
});

Deno.test("readCode() notices every constant, operator, property and name that a program can see", async () => {
  using study = new Study({
    "a.ts": `
      export default function a(task: { x: number }): unknown {
        function inner(): string { return "text"; }
        return { key: task.x + 1, name: inner.name, inner };
      }
    `,
  });
  for (
    const [from, to] of [
      ["+ 1", "- 1"],
      ["- 1", "- 1.5"],
      ['"text"', '"texts"'],
      ["key:", "other:"],
      ["task.x", "task.y"],
      ["inner", "within"],
      ["function a(", "function renamed("],
    ] as const
  ) {
    deepEqual(
      await study.changedBy("a.ts", () => study.edit("a.ts", from, to)),
      ["code a.ts"],
      `${from} → ${to}`,
    );
  }
});

Deno.test("readCode() leaves a stage alone when another's function of a shared module changes", async () => {
  using study = new Study(SHARED);
  const edit = () => {
    study.edit("stages/shared.ts", "SCALE = 2", "SCALE = 4");
    study.edit("stages/factor.ts", "return 3", "return 5");
  };
  deepEqual(await study.changedBy("stages/a.ts", edit), []);
});

Deno.test("readCode() names the functions that changed, also of modules far away", async () => {
  using study = new Study(SHARED);
  const edit = () => {
    study.edit("stages/shared.ts", "SCALE = 2", "SCALE = 4");
    study.edit("stages/factor.ts", "return 3", "return 5");
  };
  deepEqual(await study.changedBy("stages/b.ts", edit), [
    "code stages/factor.ts#factor",
    "code stages/shared.ts#multiply",
  ]);
});

Deno.test("readCode() leaves a stage alone when a shared module gets a function and an import that it does not use", async () => {
  using study = new Study({
    ...SHARED,
    "stages/new.ts": "export const five = 5;",
  });
  const edit = () =>
    study.write({
      "stages/shared.ts": `import { five } from "./new.ts";
        ${SHARED["stages/shared.ts"]}
        export const more = (x: number): number => x + five;`,
    });
  deepEqual(await study.changedBy("stages/a.ts", edit), []);
});

Deno.test("readCode() notices what a module does on being loaded, though nothing of it is used", async () => {
  using study = new Study({
    ...SHARED,
    "stages/note.ts": `import "./setup.ts"; ${SHARED["stages/note.ts"]}`,
    "stages/setup.ts": "export const unused = 1;",
  });
  const edit = (text: string) => () => study.write({ "stages/setup.ts": text });
  deepEqual(
    await study.changedBy("stages/b.ts", edit("export const unused = 2;")),
    [],
  );
  const effect = "(globalThis as { x?: number }).x = 1;";
  const loading = [
    "code stages/b.ts (loading)",
    "code stages/note.ts (loading)",
    "code stages/setup.ts (loading)",
    "code stages/shared.ts (loading)",
  ];
  deepEqual(await study.changedBy("stages/b.ts", edit(effect)), loading);
  deepEqual(
    await study.changedBy("stages/b.ts", edit(effect.replace("= 1", "= 2"))),
    ["code stages/setup.ts (loading)"],
  );
  // A comment by which a bundler would drop the call.
  const call = (x: number) =>
    `function f(x: number): void {
    (globalThis as { x?: number }).x = x;
  }
  /* @__PURE__ */ f(${x});`;
  await study.changedBy("stages/b.ts", edit(call(1)));
  deepEqual(await study.changedBy("stages/b.ts", edit(call(2))), [
    "code stages/setup.ts (loading)",
  ]);
});

Deno.test("readCode() ignores what only types import", async () => {
  using study = new Study({
    "a.ts": `import type { T } from "./types.ts";
      export default (x: T): T => x;`,
    "types.ts": "export type T = number; export const x = 1; console.log(x);",
  });
  const { files } = await study.read("a.ts");
  deepEqual(files, [join(study.root, "a.ts")]);
  const edit = () => study.edit("types.ts", "x = 1", "x = 2");
  deepEqual(await study.changedBy("a.ts", edit), []);
});

Deno.test("readCode() takes JSON and text by their content", async () => {
  using study = new Study({
    "a.ts": `import data from "./data.json" with { type: "json" };
      import text from "./text.md" with { type: "text" };
      export default () => [data, text];`,
    "data.json": '{"x": 1}',
    "text.md": "one",
  });
  const json = () => study.edit("data.json", "1", "2");
  deepEqual(await study.changedBy("a.ts", json), ["code data.json"]);
  const text = () => study.edit("text.md", "one", "two");
  deepEqual(await study.changedBy("a.ts", text), ["code text.md"]);
});

Deno.test("readCode() notices an import map that gives a name another meaning", async () => {
  const settings = (target: string) =>
    JSON.stringify({ imports: { lib: target }, nodeModulesDir: "manual" });
  using study = new Study({
    "deno.json": settings("./one.ts"),
    "a.ts": `import { x } from "lib"; export default () => x;`,
    "one.ts": "export const x = 1;",
    "two.ts": "export const x = 1;",
  });
  const edit = () => study.write({ "deno.json": settings("./two.ts") });
  deepEqual(await study.changedBy("a.ts", edit), [
    "code a.ts",
    "code one.ts#x",
    "code two.ts#x",
  ]);
});

Deno.test("readCode() takes all that is imported through a namespace, a star or import()", async () => {
  for (
    const use of [
      `import * as all from "./b.ts"; export default () => all.f();`,
      `export * from "./b.ts"; export default 1;`,
      `export default async () => (await import("./b.ts")).f();`,
    ]
  ) {
    using study = new Study({
      "a.ts": use,
      "b.ts": "export const f = () => 1; export const g = () => 2;",
    });
    const changed = await study.changedBy(
      "a.ts",
      () => study.edit("b.ts", "=> 1", "=> 3"),
    );
    ok(changed.includes("code b.ts#f"), use);
  }
});

Deno.test("readCode() follows exports through modules that only pass them on", async () => {
  using study = new Study({
    "a.ts": `import { f } from "./all.ts"; export default () => f();`,
    "all.ts": `export { f } from "./f.ts"; export { g } from "./g.ts";`,
    "f.ts": "export const f = (): number => 1;",
    "g.ts": "export const g = (): number => 1;",
  });
  const g = () => study.edit("g.ts", "=> 1", "=> 2");
  deepEqual(await study.changedBy("a.ts", g), []);
  const f = () => study.edit("f.ts", "=> 1", "=> 2");
  deepEqual(await study.changedBy("a.ts", f), ["code f.ts#f"]);
});

Deno.test("readCode() follows exports through a star, also of a module that is imported by name, too", async () => {
  using study = new Study({
    "a.ts": `import { f } from "./all.ts"; export default () => f();`,
    "all.ts": `import { g } from "./b.ts"; export * from "./b.ts";
      export const h = (): number => g();`,
    "b.ts": `export const f = (): number => 1;
      export const g = (): number => 2;`,
  });
  const f = () => study.edit("b.ts", "=> 1", "=> 3");
  deepEqual(await study.changedBy("a.ts", f), ["code b.ts#f"]);
});

Deno.test("readCode() takes every byte of code that may look at itself", async () => {
  for (
    const use of [
      "add.toString()",
      "Function.prototype.toString.call(add)",
      "new Error().stack",
    ]
  ) {
    using study = new Study({
      ...SHARED,
      "stages/a.ts": `import { add } from "./shared.ts";
        export default () => [add, ${use}];`,
    });
    const comment = () => study.edit("stages/shared.ts", "Adds.", "Sums up.");
    deepEqual(
      await study.changedBy("stages/a.ts", comment),
      ["code stages/shared.ts"],
      use,
    );
  }
});

Deno.test("readCode() counts every package when code may load any, and takes its module whole", async () => {
  for (
    const use of [
      "eval(task)",
      "new Function(task)()",
      'createRequire(import.meta.url)("valibot")',
    ]
  ) {
    using study = Study.withPackages({
      "a.ts": `import { createRequire } from "node:module";
        import { f } from "./b.ts";
        export const unused = 1;
        export default (task: string) => [createRequire, f, ${use}];`,
      "b.ts": "export const f = 1; export const g = 2;",
    });
    const { facts } = await study.read("a.ts");
    ok(Object.keys(facts).some((fact) => fact.startsWith("npm yazl@")), use);
    const edit = () => study.edit("a.ts", "unused = 1", "unused = 2");
    ok((await study.changedBy("a.ts", edit)).includes("code a.ts"), use);
    const other = () => study.edit("b.ts", "g = 2", "g = 3");
    deepEqual(await study.changedBy("a.ts", other), ["code b.ts#g"], use);
  }
});

Deno.test("readCode() names the packages that are reached, and their folders", async () => {
  using study = Study.withPackages({
    "a.ts": `import { interpolateViridis } from "d3-scale-chromatic";
      export default () => interpolateViridis(0.5);`,
  });
  const { facts, packages } = await study.read("a.ts");
  const names = Object.keys(facts).filter((fact) => fact.startsWith("npm "));
  deepEqual(names.map((fact) => fact.replace(/@[\d.]+$/, "")).sort(), [
    "npm d3-color",
    "npm d3-interpolate",
    "npm d3-scale-chromatic",
  ]);
  equal(packages.length, 3);
  for (const path of packages) equal(Deno.realPathSync(path), path);
});

Deno.test("readCode() notices another version of a package in the lock", async () => {
  using study = Study.withPackages({
    "a.ts": `import { string } from "valibot"; export default () => string();`,
  });
  const { integrity } =
    JSON.parse(study.text("deno.lock")).npm["valibot@1.5.0"];
  const edit = () => study.edit("deno.lock", integrity, "sha512-other");
  deepEqual(await study.changedBy("a.ts", edit), ["npm valibot@1.5.0"]);
});

Deno.test("readCode() leaves packages for one system to stages with native code", async () => {
  using study = Study.withPackages({
    "a.ts":
      `import { transform } from "esbuild"; export default () => transform("");`,
  });
  const of = async (native: boolean) =>
    Object.keys((await study.read({ module: "a.ts", native })).facts)
      .filter((fact) => fact.startsWith("npm @esbuild/"));
  deepEqual(await of(false), []);
  const here = await of(true);
  ok(here.length > 0);
  const { os } = Deno.build;
  deepEqual(here.filter((fact) => !fact.includes(os)), []);
});

Deno.test("readCode() fails for a package that is not locked", async () => {
  using study = Study.withPackages({
    "a.ts": `import { string } from "valibot"; export default () => string();`,
  });
  study.edit("deno.lock", '"valibot@1.5.0": {', '"other@1.5.0": {');
  const { kind } = await study.failure("a.ts");
  ok(kind === "package-unlocked" || kind === "import-graph", kind);
});

Deno.test("readCode() refuses computed imports, with file and line, also in unused code", async () => {
  for (
    const use of [
      "import(name)",
      'import("npm:" + name)',
      "import(`npm:${name}`)",
      "import(`./parts/${name}.ts`)",
      'import("data:text/javascript,export default 1")',
    ]
  ) {
    using study = new Study({
      "a.ts": `import { f } from "./b.ts";\nexport default () => f;`,
      "b.ts": `export const f = 1;\n\nexport const g = (name: string) =>
        [name, ${use}];`,
    });
    const { kind, what } = await study.failure("a.ts");
    equal(kind, "computed-import", use);
    equal(what, "Cannot follow the import at b.ts:4", use);
  }
});

Deno.test("readCode() accepts import() of literals and the word in texts and comments", async () => {
  using study = new Study({
    "a.ts": `// import(name)
      export default async () => ["import(name)", await import("./b.ts")];`,
    "b.ts": "export const f = 1;",
  });
  equal((await study.read("a.ts")).files.length, 2);
});

Deno.test("readCode() fails for an import that leads nowhere, naming both ends", async () => {
  using study = new Study({
    "a.ts": `\nimport { x } from "./gone.ts";\nexport default () => x;`,
  });
  const { kind, what } = await study.failure("a.ts");
  equal(kind, "module-broken");
  equal(what, 'Cannot read the module "gone.ts", imported by a.ts:2');
});

Deno.test("readCode() fails for a name that the import map does not know", async () => {
  using study = new Study({ "a.ts": `import "nothing";\nexport default 1;` });
  const { kind, what } = await study.failure("a.ts");
  equal(kind, "import-broken");
  equal(what, 'Cannot resolve the import "nothing" at a.ts:1');
});

Deno.test("readCode() fails for a module that does not parse, and for a missing stage", async () => {
  using study = new Study({ "a.ts": "export default = 1;" });
  const broken = await study.failure("a.ts");
  match(broken.what, /^Cannot read the module "a\.ts"/);
  match(broken.seen ?? "", /a\.ts:1/);
  match(
    (await study.failure("gone.ts")).what,
    /^Cannot read the module "gone\.ts"/,
  );
});

Deno.test("readCode() recovers when what was broken is mended", async () => {
  using study = new Study({ "a.ts": "export default = 1;" });
  await study.failure("a.ts");
  study.write({ "a.ts": "export default 1;" });
  deepEqual((await study.read("a.ts")).files, [join(study.root, "a.ts")]);
});

Deno.test("readCode() notices an edit of the same size with the old time put back", async () => {
  using study = new Study(SHARED);
  await study.settle();
  await study.read("stages/b.ts"); // also into the cache
  const changed = await study.changedBy("stages/b.ts", () => {
    const path = join(study.root, "stages/factor.ts");
    const before = Deno.statSync(path);
    study.edit("stages/factor.ts", "return 3", "return 4");
    const { size, mtime, ino } = Deno.statSync(path);
    deepEqual({ size, mtime, ino }, {
      size: before.size,
      mtime: before.mtime,
      ino: before.ino,
    });
  });
  deepEqual(changed, ["code stages/factor.ts#factor"]);
});

Deno.test("readCode() starts no process and loads no package when nothing has changed", async () => {
  using study = new Study(SHARED);
  await study.settle();
  await study.read("stages/a.ts");
  // A process that may read and write, but start nothing: not Deno, not esbuild.
  const program = `
    import { readCode } from ${
    JSON.stringify(
      new URL("../../../pipeline/code/code.ts", import.meta.url).href,
    )
  };
    import { StatCache } from ${
    JSON.stringify(
      new URL("../../../pipeline/store/stat.ts", import.meta.url).href,
    )
  };
    const read = await readCode({
      root: ${JSON.stringify(study.root)},
      entries: [{ module: "stages/a.ts", native: false }],
      cache: ${JSON.stringify(join(study.root, ".store/code.json"))},
      stat: StatCache.open(${JSON.stringify(join(study.root, ".store/stat"))}),
    });
    console.log(JSON.stringify(read.ok && read.value.get("stages/a.ts").facts));
  `;
  study.write({ "program.ts": program });
  const run = async () => {
    const { stdout, stderr, success } = await new Deno.Command(
      Deno.execPath(),
      {
        args: [
          "run",
          "--quiet",
          "--no-prompt",
          "--no-check",
          `--config=${join(checkout, "deno.json")}`,
          "--allow-read",
          "--allow-write",
          "--allow-ffi",
          join(study.root, "program.ts"),
        ],
        stdin: "null",
      },
    ).output();
    return {
      success,
      out: new TextDecoder().decode(stdout),
      err: new TextDecoder().decode(stderr),
    };
  };
  const unchanged = await run();
  deepEqual(
    JSON.parse(unchanged.out || "null"),
    (await study.read("stages/a.ts")).facts,
    unchanged.err,
  );
  study.edit("stages/a.ts", "add(1, 2)", "add(1, 3)");
  const changed = await run();
  equal(changed.success, false);
  match(changed.err, /NotCapable/);
});

Deno.test("readCode() does not believe a cache that is broken or of other entries", async () => {
  using study = new Study(SHARED);
  const { facts } = await study.read("stages/a.ts");
  for (const text of ["", "null", "{}", '{"version":9,', "\\0"]) {
    study.write({ ".store/code.json": text });
    deepEqual((await study.read("stages/a.ts")).facts, facts, text);
  }
  notEqual(
    Object.keys((await study.read("stages/b.ts")).facts).sort().join(),
    Object.keys(facts).sort().join(),
  );
});

Deno.test("readCode() gives a stage the same facts whatever else is read, and an unnamed one its own", async () => {
  const stages = {
    "a.ts": "export default () => 1;",
    "b.ts": "export default class {}",
    "c.ts": "export default function () {}",
  };
  const names = Object.keys(stages);
  using together = new Study(stages);
  const all = await together.try(...names);
  for (const name of names) {
    using alone = new Study(stages);
    const { facts } = await alone.read(name);
    deepEqual(all.ok && all.value.get(name)?.facts, facts);
    // A name is seen: a named function does not pass for an unnamed one.
    const edit = () => alone.write({ [name]: `${named[name]}` });
    deepEqual(await alone.changedBy(name, edit), [`code ${name}`], name);
  }
});

const named: { readonly [name: string]: string } = {
  "a.ts": "const x = () => 1; export default x;",
  "b.ts": "export default class A {}",
  "c.ts": "export default function f() {}",
};

Deno.test("readCode() gives the same facts for a copy in another folder", async () => {
  using study = new Study(SHARED);
  using copy = new Study(SHARED);
  deepEqual(
    (await study.read("stages/a.ts")).facts,
    (await copy.read("stages/a.ts")).facts,
  );
});

Deno.test("readCode() gives the bytes of what a process reads: modules and Deno's settings, there or not", async () => {
  using study = new Study(SHARED);
  const { bytes } = await study.read("stages/a.ts");
  const names = Object.entries(bytes).flatMap(([path, digest]) =>
    digest === null ? [] : [path.slice(study.root.length + 1)]
  );
  deepEqual(names.sort(), [
    "deno.json",
    "stages/a.ts",
    "stages/factor.ts",
    "stages/note.ts",
    "stages/shared.ts",
  ]);
  equal(bytes[join(study.root, "stages/package.json")], null);
});
