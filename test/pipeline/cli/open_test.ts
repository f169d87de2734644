/** The report that is opened after a run: with the run that made it. */
import { deepEqual, equal } from "node:assert/strict";
import { withRun } from "../../../pipeline/cli/commands/open.ts";

const REPORT = `<p>$& $1</p><script type="application/json" id="run"></script>
<script>show()</script>`;

Deno.test("withRun() puts the run where the report expects it, harmless and whole", () => {
  const run = { name: "</script><script>alert(1)</script>", price: "$&" };
  const filled = withRun(REPORT, JSON.stringify(run) + "\n");
  const [, json = ""] = /id="run">([^<]*)<\/script>\n/.exec(filled) ?? [];
  deepEqual(JSON.parse(json), run);
  equal(filled.replace(json, () => ""), REPORT);
});

Deno.test("withRun() leaves a report alone that shows no run", () => {
  equal(withRun("<p>only text</p>", "{}"), "<p>only text</p>");
});
