/** The history: in the order in which runs ended, whatever the clock says. */
import { deepEqual, equal, match } from "node:assert/strict";
import { readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { runId } from "../../../pipeline/history/runs.ts";
import { Program } from "../../rig/program.ts";

Deno.test("runId() names a run after its start", () => {
  match(
    runId(new Date("2026-03-04T05:06:07.890Z"), undefined),
    /^20260304-050607-[0-9a-f]{4}$/,
  );
  match(
    runId(new Date("2026-03-04T05:06:07Z"), "20260304-050606-ffff"),
    /^20260304-050607-/,
  );
});

Deno.test("runId() comes after the newest run, also when the clock was set back", () => {
  const date = fc.date({
    min: new Date("1999-12-31T23:59:50Z"),
    max: new Date("2000-01-01T00:00:10Z"),
    noInvalidDate: true,
  });
  fc.assert(fc.property(fc.array(date), (dates) => {
    const ids: string[] = [];
    for (const date of dates) ids.push(runId(date, ids.at(-1)));
    deepEqual(ids.toSorted(), ids);
    equal(new Set(ids.map((id) => id.slice(0, 15))).size, ids.length);
  }));
});

Deno.test("run.json is of the last run, also after one from the future", async () => {
  using program = new Program();
  program.open(1);
  program.open(2);
  equal((await program.run("reproduce")).code, 0);
  const runs = join(program.root, ".store/runs");
  const [page] = readdirSync(runs);
  renameSync(join(runs, page!), join(runs, "29991231-235959-0000.json"));
  program.write("data/a.txt", "beta\n");
  const started = () =>
    JSON.parse(program.read("artifacts/run.json")).run.started;
  const first = started();
  equal((await program.run("reproduce")).code, 0);
  const second = started();
  equal(second > first, true);
  equal((await program.run("reproduce")).code, 0);
  equal(started(), second);
});
