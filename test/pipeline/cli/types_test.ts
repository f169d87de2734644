/** Types of changed stages are checked before a long run, and nothing else is. */
import { doesNotMatch, equal, match } from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Program } from "../../rig/program.ts";

const code = (more: string) => `
interface Task { inputs(name: string): { path: string }[]; output(name: string): string }
export default function (task: Task): void {
  Deno.writeTextFileSync(task.output("out"), task.inputs("parts").map(({ path }) => Deno.readTextFileSync(path)).join(""));
  ${more}
}
`;
/** Wrong as types, and nothing at run time. */
const WRONG = code('const wrong: number = "text"; void wrong;');

/** The program with a last stage in TypeScript. */
function typed(): Program {
  const program = new Program();
  program.open(1);
  program.open(2);
  program.write(
    "main.ts",
    program.read("main.ts").replace(
      'module("join")',
      '{ kind: "module", module: "stages/join.ts" }',
    ),
  );
  return program;
}

/** Makes the store believe that a stage takes minutes. */
function slowDown(program: Program): void {
  const folder = join(program.root, ".store/records/slow");
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const record = JSON.parse(readFileSync(path, "utf8"));
    writeFileSync(path, JSON.stringify({ ...record, seconds: 120 }));
  }
}

Deno.test("a mistake in the types of a changed stage ends a long run before it begins", async () => {
  using program = typed();
  program.write("stages/join.ts", code(""));
  equal((await program.run("reproduce")).code, 0);
  slowDown(program);

  program.write("data/a.txt", "beta\n");
  program.write("stages/join.ts", WRONG);
  const { code: exit, out, err } = await program.run("reproduce");
  equal(exit, 2, out + err);
  match(err, /^check the types of stages\/join.ts$/m);
  match(err, /^error: The types of changed stages have a mistake$/m);
  match(err, /TS2322 \[ERROR\]: Type 'string' is not assignable/);
  match(err, /at stages\/join\.ts:5:\d+/);
  match(err, /hint: mend them, or run nevertheless with --no-check/);
  doesNotMatch(err, /^run |^plan/m);

  const told = await program.run("reproduce", "--json");
  equal(told.code, 2);
  equal(
    told.out,
    '{"kind":"checking","modules":["stages/join.ts"]}\n',
  );

  const unchecked = await program.run("reproduce", "--no-check");
  equal(unchecked.code, 0, unchecked.err);
  doesNotMatch(unchecked.err, /check/);

  slowDown(program);
  program.write("data/a.txt", "gamma\n");
  program.write("stages/join.ts", code(`task.output("out");`));
  const mended = await program.run("reproduce");
  equal(mended.code, 0, mended.err);
  match(mended.err, /^check the types/);
});

Deno.test("types are not checked where that takes longer than it can save", async () => {
  using program = typed();
  program.write("stages/join.ts", WRONG);
  // Everything is new: whoever published this has checked it.
  const fresh = await program.run("reproduce");
  equal(fresh.code, 0, fresh.err);
  doesNotMatch(fresh.err, /check/);
  // A quick run.
  program.write("stages/join.ts", WRONG + "// and on\nexport const more = 1;");
  program.write("data/a.txt", "beta\n");
  const quick = await program.run("reproduce");
  equal(quick.code, 0, quick.err);
  doesNotMatch(quick.err, /check/);
  // A long one of code that is as it was.
  slowDown(program);
  program.write("data/a.txt", "gamma\n");
  const long = await program.run("reproduce");
  equal(long.code, 0, long.err);
  doesNotMatch(long.err, /check/);
});
