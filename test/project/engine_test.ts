/** A newer engine comes into a paper, and nothing that its author did is lost. */
import { deepEqual, equal, match } from "node:assert/strict";
import { existsSync, rmSync } from "node:fs";
import { Desk, type Ran } from "./made.ts";

const SIGNED = {
  GIT_AUTHOR_NAME: "Somebody",
  GIT_AUTHOR_EMAIL: "somebody@example.org",
  GIT_COMMITTER_NAME: "Somebody",
  GIT_COMMITTER_EMAIL: "somebody@example.org",
};

/** A paper that was made by an engine, and a newer one beside it. */
async function twoEngines(): Promise<Desk> {
  const desk = new Desk();
  for (
    const args of [["paper", "--template", "minimal"], [
      "facsimile",
      "--template",
      "this",
    ]]
  ) {
    const { code, out, err } = await desk.new(...args);
    equal(code, 0, out + err);
  }
  desk.write("facsimile/engine.json", '{ "version": "1.1.0" }\n');
  desk.write("facsimile/pipeline/text/fresh.ts", "export const fresh = 1;\n");
  desk.edit(
    "facsimile/stages/paper/claims.ts",
    "const found =",
    "const found = [].length === 1 ? [] :",
  );
  rmSync(desk.path("facsimile/pipeline/stage/facsimile.py"));
  desk.edit(
    "facsimile/deno.json",
    '"runs": {',
    '"tell": {\n      "command": "deno run -A main.ts tell"\n    },\n    "runs": {',
  );
  return desk;
}

/** What a command said, without the places of this test. */
function told(desk: Desk, { code, out, err }: Ran, wanted = 0): string {
  equal(code, wanted, out + err);
  return (wanted === 0 ? out : err).replaceAll(desk.root, "DESK").trimEnd()
    .replace(/\b\d{3} files/, "N files").replace(/ \d+\.\d s\b/g, " N s")
    .replace(/\d+ cores?/, "N cores");
}

Deno.test("engine update brings a newer engine, and says what would run again", async () => {
  using desk = await twoEngines();
  const engine = async (wanted: number, ...args: string[]) =>
    told(desk, await desk.task("paper", "engine", ...args), wanted);
  equal((await desk.task("paper", "reproduce")).code, 0);
  equal(await engine(0), "engine 1.0.0, N files, as they came");
  equal(
    await engine(2, "update"),
    `error: Cannot update the engine
  | it is not known where a newer one is
  hint: name a folder or repository of Facsimile: deno task engine update ../facsimile`,
  );
  const CHANGES = `  changed  1 file: stages/paper/claims.ts
  added    1 file: pipeline/text/fresh.ts
  removed  1 file: pipeline/stage/facsimile.py
  task     tell`;
  equal(
    await engine(0, "update", "../facsimile", "--dry-run"),
    `engine 1.0.0 → 1.1.0, if it were updated\n${CHANGES}`,
  );
  equal(existsSync(desk.path("paper/pipeline/text/fresh.ts")), false);
  // As an update that was killed leaves it.
  for (const path of ["pipeline/text/fresh.ts", "stages/paper/claims.ts"]) {
    desk.copy(`facsimile/${path}`, `paper/${path}`);
  }
  const updated = await engine(0, "update", "../facsimile");
  equal(
    updated,
    `engine 1.0.0 → 1.1.0
${CHANGES}

deno task status now says:

will run
  claims  about N s  code stages/paper/claims.ts changed
may run
  report        N s  if claims gives something else
reused: 12 instances
1 will run, 1 may run; predicted time: at most about N s on N cores`,
  );
  equal(
    desk.read("paper/stages/paper/claims.ts"),
    desk.read("facsimile/stages/paper/claims.ts"),
  );
  equal(existsSync(desk.path("paper/pipeline/stage/facsimile.py")), false);
  match(desk.read("paper/deno.json"), /main\.ts tell/);
  equal(await engine(0), "engine 1.1.0, N files, as they came");
  equal(
    await engine(0, "update", "../facsimile"),
    "engine 1.1.0 is here already: nothing changed",
  );
  const { code, out, err } = await desk.task("paper", "reproduce");
  equal(code, 0, out + err);
});

Deno.test("engine update undoes no edit unasked, and keeps those that it undoes", async () => {
  using desk = await twoEngines();
  const engine = async (wanted: number, ...args: string[]) =>
    told(desk, await desk.task("paper", "engine", ...args), wanted);
  desk.edit(
    "paper/stages/paper/claims.ts",
    "export default",
    "// mine\nexport default",
  );
  desk.write("paper/pipeline/text/fresh.ts", "// mine, too\n");
  rmSync(desk.path("paper/pipeline/stage/facsimile.py"));
  rmSync(desk.path("paper/pipeline/render/mermaid.ts"));
  const before = desk.read("paper/engine.json");
  equal(
    await engine(0),
    `engine 1.0.0, N files
3 edits:
  deleted pipeline/render/mermaid.ts
  deleted pipeline/stage/facsimile.py
  edited stages/paper/claims.ts`,
  );
  equal(
    await engine(2, "update", "../facsimile"),
    `error: Cannot update the engine
  | 3 files of it are not as they came:
  | deleted pipeline/render/mermaid.ts
  | edited stages/paper/claims.ts
  | own pipeline/text/fresh.ts
  hint: --overwrite replaces them, and keeps yours in engine-edits/`,
  );
  equal(desk.read("paper/engine.json"), before);
  match(
    await engine(0, "update", "../facsimile", "--overwrite"),
    /undone {3}a deletion: pipeline\/render\/mermaid\.ts\n {2}undone {3}an edit: stages\/paper\/claims\.ts\n {2}undone {3}a file of yours with a name of the engine's: pipeline\/text\/fresh\.ts\n {2}yours {4}are in engine-edits\//,
  );
  match(desk.read("paper/engine-edits/stages/paper/claims.ts"), /\/\/ mine\n/);
  equal(
    desk.read("paper/engine-edits/pipeline/text/fresh.ts"),
    "// mine, too\n",
  );
  equal(await engine(0), "engine 1.1.0, N files, as they came");
});

Deno.test("engine update takes a repository's address, remembers it, and refuses what is no engine", async () => {
  using desk = await twoEngines();
  const address = `file://${desk.path("facsimile")}`;
  const git = (...args: string[]) =>
    desk.run(desk.path("facsimile"), "git", args, SIGNED);
  const refused = async (...args: string[]) =>
    told(desk, await desk.task("paper", "engine", "update", ...args), 2)
      .split("\n").find((line) => line.startsWith("  |"));
  equal((await git("add", "--all")).code, 0);
  equal((await git("commit", "--quiet", "--message", "newer")).code, 0);
  equal(await refused("../home"), "  | there is no engine in DESK/home");
  equal(await refused("../nowhere"), "  | DESK/nowhere is no folder");
  equal(await refused("."), "  | that is this very project");
  match(await refused("file:///nowhere") ?? "", /does not (appear|exist)/);
  const { code, out, err } = await desk.task(
    "paper",
    "engine",
    "update",
    address,
  );
  equal(code, 0, out + err);
  deepEqual(JSON.parse(desk.read("paper/engine.json")).from, address);
  const again = await desk.task("paper", "engine", "update");
  equal(
    again.out,
    "engine 1.1.0 is here already: nothing changed\n",
    again.err,
  );
  const own = await desk.task("facsimile", "engine", "update", "../paper");
  match(own.err, /this project is an engine itself/);
});

Deno.test("engine update says where the stages do not fit the newer engine, and keeps packages of one's own", async () => {
  using desk = await twoEngines();
  desk.edit(
    "facsimile/stages/paper/variation.ts",
    "export function settingsAt",
    "export function valuesAt",
  );
  // A package that no engine brings along, under the author's name for it.
  const own = "npm:fast-check@4.10.2";
  const all = JSON.parse(desk.read("facsimile/deno.lock"));
  const lock = JSON.parse(desk.read("paper/deno.lock"));
  lock.specifiers[own] = all.specifiers[own];
  for (const name of ["fast-check@", "pure-rand@"]) {
    const id = Object.keys(all.npm).find((one) => one.startsWith(name))!; // it is locked
    lock.npm[id] = all.npm[id];
  }
  lock.workspace.dependencies = [...lock.workspace.dependencies, own].sort();
  desk.write("paper/deno.lock", JSON.stringify(lock));
  desk.edit(
    "paper/deno.json",
    '"imports": {',
    `"imports": {\n    "check": "${own}",`,
  );
  const { code, out, err } = await desk.task(
    "paper",
    "engine",
    "update",
    "../facsimile",
  );
  equal(code, 1, out + err);
  match(err, /settingsAt/);
  match(
    out,
    /The stages do not fit the newer engine yet: deno task check says where\n$/,
  );
  equal(JSON.parse(desk.read("paper/deno.json")).imports.check, own);
  match(desk.read("paper/deno.lock"), /"pure-rand@/);
});
