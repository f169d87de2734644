/** Cores that nobody wants go to an instance that can use them, and are no fact. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { Study } from "../../rig/study.ts";

/** One of two instances ends at once; the other one waits for its core, and uses it. */
const STAGE = `
export function thread(cells: SharedArrayBuffer) {
  new Int32Array(cells)[0] = 7;
}
export default async function (task: any) {
  const seen = [task.cores];
  for (let looks = 0; task.params.waits === task.point.n && task.cores < 2; looks++) {
    if (looks > 2000) throw new Error("The other core never came");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const cells = new SharedArrayBuffer(4);
  if (task.cores > 1) await task.threads[0](cells);
  Deno.writeTextFileSync(task.output("a.txt"), \`\${task.threads.length} \${new Int32Array(cells)[0]}\`);
}
`;

function study(of: Study, threads: number, waits: number): void {
  of.write("stages/train.ts", STAGE);
  of.stage("train", {
    params: { waits },
    matrix: { n: [1, 2] },
    outputs: [{ file: "a.txt", artifact: "{n}.txt" }],
    more: {
      runs: { kind: "module", module: "stages/train.ts", threads },
    },
  });
}

Deno.test("run() gives the core of an instance that has ended to one that can use it", async () => {
  await using one = await Study.start();
  study(one, 2, 2);
  deepEqual(await one.run({ jobs: 2 }), {
    "train[n=1]": "built",
    "train[n=2]": "built",
  });
  equal(one.read("artifacts/2.txt"), "1 7");
  study(one, 9, 2);
  deepEqual(await one.run({ jobs: 2 }), {
    "train[n=1]": "reused",
    "train[n=2]": "reused",
  });
  ok(one.story.startsWith("reused"));
});

Deno.test("run() opens no threads where there is one core", async () => {
  await using one = await Study.start();
  study(one, 2, 0);
  await one.run({ jobs: 1 });
  equal(one.read("artifacts/2.txt"), "0 0");
});
