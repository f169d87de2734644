/** The work folders of runs that begin at the same time. */
import { deepEqual } from "node:assert/strict";
import { rmSync } from "node:fs";

Deno.test("a run that begins sweeps away no folder of a run that begins beside it", async () => {
  const store = Deno.makeTempDirSync();
  const flags = new Int32Array(new SharedArrayBuffer(16));
  const url = new URL("workdirs.ts", import.meta.url);
  const workers = ["first", "second"].map((role) => {
    const worker = new Worker(url, { type: "module" });
    worker.postMessage([role, store, flags]);
    return worker;
  });
  try {
    const stand = workers.map((worker) =>
      new Promise<boolean>((resolve) => {
        worker.onmessage = ({ data }) => resolve(data);
      })
    );
    deepEqual(await Promise.all(stand), [true, true]);
  } finally {
    workers.forEach((worker) => worker.terminate());
    rmSync(store, { recursive: true, force: true });
  }
});
