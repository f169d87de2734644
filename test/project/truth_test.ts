/**
 * What the words say is so, for every experiment that the schema admits: captions,
 * tables and the report, compared with what was measured. Each experiment is
 * performed once; every room has its own checks.
 */
import { ok } from "node:assert/strict";
import { complaints } from "../rig/experiments.ts";
import { figures } from "./truth_figures.ts";
import { report } from "./truth_report.ts";

Deno.test("what captions, tables and the report say is what was measured, whatever the experiment", async () => {
  const found = await complaints((performance) => [
    ...figures(performance),
    ...report(performance),
  ]);
  ok(found.length === 0, found.join("\n"));
});
