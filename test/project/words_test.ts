/** The engine serves a study that has nothing to do with the other, with its own commands. */
import { deepEqual, equal, match } from "node:assert/strict";
import { cpSync, existsSync, readFileSync } from "node:fs";
import { type Ran, Words } from "./words.ts";
import { skip } from "../rig/skip.ts";
import { openZip } from "../../pipeline/archive/zip/zip.ts";
import { probeWall } from "../../pipeline/sandbox/wall/wall.ts";

/** What a command said on standard output, without what no two runs share. */
function told({ code, out, err }: Ran, wanted = 0): string[] {
  equal(code, wanted, out + err);
  return out.trimEnd().split("\n").map((line) =>
    line.replace(/\d[\d.]* s\b/g, "N s").replace(/[0-9a-f]{64}/g, "DIGEST")
      .replace(/[0-9a-f]{12}…/g, "DIGEST…").replace(/\d+ files, .*/, "FILES")
      .replace(/\d+ documents/, "DOCUMENTS").replace(/behind .* in/, "WALL in")
  );
}

const CHECKED = [
  "level 0  integrity  ok: FILES",
  "level 1  record     ok: DOCUMENTS, 2 instances, 2 artifacts",
  "level 2  claims     ok: 0 of 0 claims hold",
];
const ROOT = [
  "root digest DIGEST",
  "compare it with the published one: nothing in an archive can vouch for itself",
];

Deno.test("a study of texts is reproduced, published, archived, verified and restored", async (t) => {
  using words = new Words();
  const zip = words.path("words-1.0.0.zip");

  await t.step(
    "status says what would run, and reproduce runs it",
    async () => {
      deepEqual(told(await words.run("status"), 3), [
        "will run: never run before",
        "  shout",
        "  sort",
        "2 will run; time unknown: nothing of it ever ran",
      ]);
      deepEqual(told(await words.run("reproduce")), [
        "Ran  never run before",
        "  shout  N s",
        "  sort   N s",
        "",
        "done: 2 built in N s",
      ]);
      equal(readFileSync(words.path("artifacts/loud.txt"), "utf8"), LOUD);
      deepEqual(told(await words.run("status")), [
        "reused: 2 instances",
        "up to date",
      ]);
    },
  );

  await t.step("why has the facts of a command", async () => {
    const lines = told(await words.run("why", "sort"));
    equal(lines[0], "sort is reused: up to date");
    match(lines.join("\n"), /inputs +loud +DIGEST…/);
    match(lines.join("\n"), /command +\["sort","-o",/);
  });

  await t.step(
    "publish and archive need no paper, no data and no claims",
    async () => {
      deepEqual(told(await words.run("publish")), [
        "published: 2 artifacts of 2 instances in results.lock.json; commit it",
      ]);
      deepEqual(told(await words.run("archive")).slice(0, 4), [...CHECKED, ""]);
      deepEqual(told(await words.run("verify")), [
        "same     loud.txt",
        "same     pages/sorted.txt",
        "published identical to the published run: 2 artifacts, bit for bit",
      ]);
    },
  );

  await t.step(
    "verify checks the archive, and so does its own verifier",
    async () => {
      deepEqual(told(await words.run("verify", zip)), [...CHECKED, ...ROOT]);
      using archive = openZip(zip);
      words.write(
        "own.ts",
        new TextDecoder().decode(archive.read("verify.ts")),
      );
      const own = await words.deno("--allow-read", "own.ts", zip);
      deepEqual(told(own), [...CHECKED, ...ROOT]);
    },
  );

  if (probeWall() === "none") {
    skip("level 3 of a study of texts", "there is no wall of the kernel");
  } else {
    await t.step(
      "verify --run makes everything again: the study names no levels",
      async () => {
        deepEqual(
          told(await words.run("verify", zip, "--level", "3", "--run")),
          [
            ...CHECKED,
            "level 3  all        ok: 2 of 2 artifacts identical, made again WALL in N s",
            ...ROOT,
          ],
        );
      },
    );
  }

  await t.step(
    "restore puts the results into another copy, where nothing runs",
    async () => {
      using copy = new Words();
      cpSync(words.path("results.lock.json"), copy.path("results.lock.json"));
      deepEqual(told(await copy.run("restore", zip)), [
        "root digest  DIGEST",
        "its run is the published one of this project (results.lock.json)",
        'restored: 2 instances, from then on "from the archive DIGEST…"',
        "deno task status says what would run now",
      ]);
      deepEqual(told(await copy.run("reproduce")).slice(0, 2), [
        "Did not have to run",
        "  restored    shout, sort: loud.txt, pages/sorted.txt put in place",
      ]);
      equal(readFileSync(copy.path("artifacts/loud.txt"), "utf8"), LOUD);
    },
  );

  await t.step(
    "another text is another run, and the study says where it differs",
    async () => {
      words.write("text.txt", "to be\n");
      equal((await words.run("reproduce")).code, 0);
      deepEqual(told(await words.run("verify"), 1), [
        "differs  loud.txt  shout",
        "         TO BE OR NOT TO BE → TO BE",
        "differs  pages/sorted.txt  sort",
        "published different from the published run: it parts at shout",
        "          input text changed",
        "          0 of 2 artifacts bit for bit",
      ]);
    },
  );

  await t.step(
    "there is no page to open, and no option that would",
    async () => {
      equal(existsSync(words.path("artifacts/report.html")), false);
      const { code, err } = await words.run("reproduce", "--open");
      equal(code, 2);
      match(err, /^error: Cannot use the option "--open" with reproduce/m);
    },
  );
});

const LOUD = "TO BE OR NOT TO BE\n";
