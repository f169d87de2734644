/** What the cluster's programs say, as text: read, or refused. */
import { deepEqual, equal, match, ok as yes } from "node:assert/strict";
import { parse } from "../../../pipeline/executor/slurm/queue.ts";

Deno.test("parse() reads jobs whatever the names of others hold", () => {
  const read = parse(
    "12_0|RUNNING|n1|None|facsimile-ab-1\n" +
      "13|PENDING||Resources|a|b (odd)\n" +
      "14|PENDING||Priority|first line\nsecond|line\n" +
      "12_1|OUT_OF_MEMORY|n2|None|facsimile-ab-1\n",
  );
  yes(read.ok);
  deepEqual(read.value.map(({ id, state, name }) => [id, state, name]), [
    ["12_0", "RUNNING", "facsimile-ab-1"],
    ["13", "PENDING", "a|b (odd)"],
    ["14", "PENDING", "first line"],
    ["12_1", "OUT_OF_MEMORY", "facsimile-ab-1"],
  ]);
});

Deno.test("parse() takes no text for no jobs, and refuses one that is not the format", () => {
  deepEqual(parse("\n"), { ok: true, value: [] });
  const read = parse("JOBID PARTITION NAME\n12 main x\n");
  yes(!read.ok);
  equal(read.failure.kind, "slurm-text");
  match(read.failure.seen ?? "", /JOBID/);
});
