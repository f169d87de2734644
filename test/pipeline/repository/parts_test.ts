/** What of an engine goes with a project: files, packages, locks. */
import { deepEqual, equal } from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { packagesIn, partsFor } from "../../../pipeline/repository/parts.ts";
import { type Lock, lockFor } from "../../../pipeline/repository/settings.ts";

Deno.test("partsFor() takes all of the engine, and of stages/ what is named, and no more", () => {
  const root = Deno.makeTempDirSync();
  const files: { [path: string]: string } = {
    "pipeline/run.ts": 'import "../stages/never/used.ts";',
    "pipeline/stage/facsimile.py": "",
    "stages/draw/page.ts":
      'import style from "./style.css" with { type: "text" };\nimport type { Q } from "../words/q.ts";',
    "stages/draw/style.css": "",
    "stages/draw/other.ts": "",
    "stages/words/q.ts": 'import("./later.ts")',
    "stages/words/later.ts": 'const module = "stages/run/stage.ts";',
    "stages/run/stage.ts": "",
    "stages/settings.ts": "",
    "stages/never/used.ts": "",
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const own = new Map([
    [
      "stages/own.ts",
      'import "./draw/page.ts";\nimport "./draw/missing.ts";\nimport "./settings.ts";',
    ],
    ["stages/pipeline.ts", 'code: ["stages/facsimile.py"]'],
  ]);
  deepEqual(partsFor(root, own), [
    "pipeline/run.ts",
    "pipeline/stage/facsimile.py",
    "stages/draw/page.ts",
    "stages/draw/style.css",
    "stages/facsimile.py",
    "stages/run/stage.ts",
    "stages/words/later.ts",
    "stages/words/q.ts",
  ]);
  rmSync(root, { recursive: true });
});

Deno.test("packagesIn() finds packages by their names, their parts and their files", () => {
  const known = ["a", "b", "@c/d", "e", "f"];
  const texts = [
    'from "a"',
    'from "b/sub"',
    "../node_modules/@c/d/x.js",
    "from 'e'",
    '"ff"',
  ];
  deepEqual(packagesIn(texts, known), ["@c/d", "a", "b"]);
});

Deno.test("lockFor() keeps what the imports need, of any kind, in the first lock's version", () => {
  const lock = (one: string): Lock => ({
    version: "5",
    specifiers: {
      "npm:a@1": "1.0.0_p@2.0.0",
      "npm:@s/b@1": one,
      "npm:x@1": "1.0.0",
    },
    npm: {
      "a@1.0.0_p@2.0.0": { dependencies: ["c", "d@2.0.0"] },
      [`@s/b@${one}`]: { optionalDependencies: ["e"] },
      "c@1.0.0": {},
      "d@1.0.0": {},
      "d@2.0.0": {},
      "e@1.0.0": {},
      "x@1.0.0": { dependencies: ["y"] },
      "y@1.0.0": {},
    },
  });
  const found = lockFor({ a: "npm:a@1", b: "npm:@s/b@1" }, [
    lock("1.1.0"),
    lock("1.0.0"),
  ]);
  deepEqual(Object.keys(found.npm), [
    "@s/b@1.1.0",
    "a@1.0.0_p@2.0.0",
    "c@1.0.0",
    "d@2.0.0",
    "e@1.0.0",
  ]);
  equal(found.specifiers["npm:@s/b@1"], "1.1.0");
  deepEqual(found.workspace, { dependencies: ["npm:@s/b@1", "npm:a@1"] });
});
