/** A paper of one's own: made by one command, and then on its own. */
import { deepEqual, equal, match } from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { probeWall } from "../../pipeline/sandbox/wall/wall.ts";
import { skip } from "../rig/skip.ts";
import { Desk, type Ran } from "./made.ts";

const project = new URL("../../", import.meta.url).pathname;
const LONG = Deno.env.get("FACSIMILE_LONG") === "1";
const walled = probeWall() !== "none";
if (!walled) {
  skip("a paper of one's own, at level 5", "there is no wall of the kernel");
}

/** What a command said, without what no two runs share. */
function told({ code, out, err }: Ran, wanted = 0): string {
  equal(code, wanted, out + err);
  return out.replace(/ +\d[\d.]* s\b/g, " N s").replace(
    /[0-9a-f]{64}/g,
    "DIGEST",
  )
    .replace(/\d+ files, [\d.]+ MB/, "FILES").replace(
      /behind .* in/g,
      "WALL in",
    )
    .trimEnd();
}

const CLAIMS = `
Claims  2 hold
  ✓ holds  All four data sets have the regression line y = 3.00 + 0.500 x.
           fit.slope(set=1) = 0.5001; fit.slope(set=2) = 0.5; fit.slope(set=3) = 0.4997;
           fit.slope(set=4) = 0.4999
  ✓ holds  In the third data set, and in no other, one point is far from the line.
           fit.farthest(set=3) = 2.622; fit.farthest(set=1) = 1.554; fit.farthest(set=2) = 1.536;
           fit.farthest(set=4) = 1.488
`;

for (const template of ["python", "minimal"]) {
  Deno.test(`a paper from the template ${template} runs, tests, checks and archives itself, alone`, async () => {
    using desk = new Desk();
    // The default is the one of the two with Python.
    const asked = template === "python" ? [] : ["--template", template];
    const paper = "my pâper";
    const made = told(await desk.new(paper, ...asked));
    equal(
      made.replace(/\d+ (files|packages)/g, "N $1"),
      `made my pâper: N files from the template ${template}, the engine among them; N packages
it is a Git repository; its files wait for your first commit

  cd 'my pâper'
  deno task reproduce   # everything, and what became of the claims
  deno task test

README.md says what is where. Then make it yours: experiment.toml, stages/.`,
    );
    const folder = desk.path(paper);
    for (const word of ["mnist", "tensorflow", "onnx", project]) {
      const where = await desk.run(folder, "grep", [
        "-rliF",
        word,
        "--exclude-dir=.git",
        ".",
      ]);
      equal(where.out.replace(/^\.\/pipeline\/.*\n/gm, ""), "", word);
    }
    const ran = told(await desk.task(paper, "reproduce"));
    equal(ran.includes(CLAIMS), true, ran);
    match(ran, /\ndone: 14 built in N s$/);
    match(
      desk.read(`${paper}/artifacts/numbers.tex`),
      /\\slope}{\\ensuremath{0\.500}}/,
    );
    equal(
      told(await desk.task(paper, "reproduce")).split("\n").at(-1),
      "up to date: 14 instances, nothing ran",
    );
    for (const task of ["test", "check"]) {
      const { code, out, err } = await desk.task(paper, task);
      equal(code, 0, out + err);
    }
    // From here on both are the same code; one template will do, unless there is time.
    if (template !== "python" && !LONG) return;
    match(
      told(await desk.task(paper, "publish")),
      /^published: 9 artifacts of 14 instances/,
    );
    match(
      told(await desk.task(paper, "archive")),
      /^level 2 {2}claims {5}ok: 2 of 2 claims hold$/m,
    );
    if (!walled) return;
    const verified = told(
      await desk.task(
        paper,
        "verify",
        "paper-0.1.0.zip",
        "--level",
        "5",
        "--run",
      ),
    );
    deepEqual(verified.split("\n").slice(2, 6), [
      "level 2  claims     ok: 2 of 2 claims hold",
      "level 3  figures    ok: 5 of 5 artifacts identical, made again WALL in N s",
      "level 4  judgement  ok: 4 of 4 artifacts identical, made again WALL in N s",
      "level 5  all        ok: 9 of 9 artifacts identical, made again WALL in N s",
    ]);
  });
}

Deno.test("a copy of this very study has all of its files, and knows what would run", async () => {
  using desk = new Desk();
  told(await desk.new("study", "--template", "this"));
  for (
    const file of [
      "experiment.toml",
      "stages/training/stage.ts",
      "test/main.ts",
      ".ci/run",
    ]
  ) {
    equal(
      desk.read(`study/${file}`),
      readFileSync(join(project, file), "utf8"),
      file,
    );
  }
  symlinkSync(join(project, "node_modules"), desk.path("study/node_modules"));
  const { code, out, err } = await desk.task("study", "status");
  equal(code, 3, out + err);
  match(out, /never run before/);
});

Deno.test("new refuses a place that is taken, and leaves everything as it was", async () => {
  using desk = new Desk();
  const refused = async (...args: string[]) => {
    const { code, out, err } = await desk.new(...args);
    equal(code, 2, out + err);
    equal(out, "");
    return err.replaceAll(desk.root, "DESK").replaceAll(project, "PROJECT/")
      .trimEnd();
  };
  desk.write("full/notes.txt", "mine");
  desk.write("file", "mine");
  equal(
    await refused("full"),
    `error: Cannot make a paper in DESK/full
  | the folder is not empty: notes.txt
  hint: choose a new folder, or empty this one`,
  );
  equal(
    await refused("file"),
    `error: Cannot make a paper in DESK/file
  | that is a file
  hint: choose another name`,
  );
  equal(
    await refused("file/paper"),
    `error: Cannot make the folder DESK/file/paper
  | a part of its path is no folder
  hint: choose another place`,
  );
  equal(
    await refused(join(project, "papers/one")),
    `error: Cannot make a paper in PROJECT/papers/one
  | it would lie inside of this project
  hint: name a folder beside it, as ../one`,
  );
  equal(
    await refused("paper", "--template", "pyhton"),
    `error: Cannot use --template pyhton
  | allowed: python, minimal, this
  hint: did you mean "python"?`,
  );
  equal(
    await refused(),
    `error: Cannot run new
  | its FOLDER is missing
  hint: see deno task new --help`,
  );
  // What begins well and does not end leaves nothing behind.
  symlinkSync("nowhere", desk.path("link"));
  equal(
    await refused("link"),
    `error: Cannot make the folder DESK/link
  | a part of its path is no folder
  hint: choose another place`,
  );
  mkdirSync(desk.path("closed"));
  chmodSync(desk.path("closed"), 0o500);
  if (Deno.uid() !== 0) {
    equal(
      await refused("closed/paper"),
      `error: Cannot make the folder DESK/closed/paper
  | you may not write there
  hint: choose another place`,
    );
  } else {skip(
      "new in a folder that may not be written",
      "root may write everywhere",
    );}
  deepEqual(readdirSync(desk.root).sort(), [
    "closed",
    "file",
    "full",
    "home",
    "link",
  ]);
  equal(existsSync(join(project, "papers")), false);
});

Deno.test("a paper in somebody's repository is made no repository of its own", async () => {
  using desk = new Desk();
  mkdirSync(desk.path("all"));
  await desk.run(desk.path("all"), "git", ["init", "--quiet"]);
  match(
    told(await desk.new("all/paper", "--template", "minimal")),
    /^it lies in a Git repository, and is no other one$/m,
  );
  equal(existsSync(desk.path("all/paper/.git")), false);
});
