/** How a run compares with the published one. */
import { deepEqual, equal, match } from "node:assert/strict";
import { CONFIG, type Config, Paper } from "./fixture.ts";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { comparisonLines } from "../../../pipeline/render/comparison.ts";
import { largestDifference } from "../../../pipeline/published/difference.ts";
import { style } from "../../../pipeline/text/style.ts";

/** The comparison of a run of `config` in a new place with the published one. */
async function compared(config: Partial<Config>, prepare = (_: Paper) => {}) {
  await using first = await Paper.write();
  await first.run();
  await first.publish();
  await using second = await Paper.write({ ...CONFIG, ...config });
  cpSync(
    join(first.root, "results.lock.json"),
    join(second.root, "results.lock.json"),
  );
  prepare(second);
  const { comparison } = await second.run();
  if (!comparison) throw new Error("no comparison");
  return {
    comparison,
    text: comparisonLines(comparison, style(false)).join("\n"),
  };
}

Deno.test("a run elsewhere is identical, artifact by artifact", async () => {
  const { comparison } = await compared({});
  deepEqual(comparison, { kind: "identical", artifacts: 5 });
});

Deno.test("other means are equivalent, with the largest difference", async () => {
  const { comparison, text } = await compared({ engine: "fast" });
  equal(comparison.kind, "equivalent");
  match(text, /no number differs by more than 2\.9 % \(allowed 10 %\)/);
  match(text, /losses\.lr-0\.01/);
  match(text, /engine: exact → fast/);
});

Deno.test("other code that gives another result is different, and named", async () => {
  const { comparison, text } = await compared(
    {},
    (paper) =>
      paper.file(
        "stages/figures.ts",
        "export default (task: any) => Deno.writeTextFileSync(task.output('svg'), '<svg/>');\n",
      ),
  );
  equal(comparison.kind, "different");
  match(text, /it parts at figures/);
  match(text, /code stages\/figures\.ts[^;]* changed/);
  match(text, /4 of 5 artifacts bit for bit/);
});

Deno.test("other code that gives the same result is identical", async () => {
  const { comparison } = await compared(
    {},
    (paper) =>
      paper.file(
        "stages/figures.ts",
        `
export default (task: any) => {
  const { losses } = JSON.parse(Deno.readTextFileSync(task.input("metrics")));
  Deno.writeTextFileSync(task.output("svg"), "<svg>" + Object.values(losses).join(" ") + "</svg>" + String.fromCharCode(10));
};
`,
      ),
  );
  equal(comparison.kind, "identical");
});

Deno.test("other parameters are not comparable, and named", async () => {
  const { comparison, text } = await compared({ epochs: 2 });
  equal(comparison.kind, "not comparable");
  match(text, /published run: param epochs: 3 → 2/);
});

Deno.test("without a published run there is no comparison", async () => {
  await using paper = await Paper.write();
  equal((await paper.run()).comparison, undefined);
});

Deno.test("largestDifference() finds the largest relative one, passing over means", () => {
  deepEqual(largestDifference({ a: 1, b: [2, 4] }, { a: 1, b: [2, 5] }), {
    path: "b[1]",
    was: 4,
    now: 5,
    relative: 0.2,
  });
  equal(
    largestDifference({ engine: "x" }, { engine: "y" }, ["engine"]),
    undefined,
  );
  equal(largestDifference({ a: 1 }, { a: "1" })?.relative, Infinity);
  equal(largestDifference({ a: 1 }, {})?.relative, Infinity);
});
