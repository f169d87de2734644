/** Work behind a run's back: waited for, and not for ever. */
import { deepEqual, equal } from "node:assert/strict";
import { Behind } from "../../../pipeline/cache/behind.ts";
import { TRANSFERS } from "../../../pipeline/cache/side.ts";

Deno.test("flush() waits until all is done, so many at a time", async () => {
  const behind = new Behind();
  let [working, most, done] = [0, 0, 0];
  const { promise: go, resolve } = Promise.withResolvers<void>();
  for (let n = 0; n < 3 * TRANSFERS; n++) {
    behind.add(async () => {
      most = Math.max(most, ++working);
      await go;
      working--;
      done++;
    });
  }
  resolve();
  equal(await behind.flush(60_000), 0);
  deepEqual([most, done], [TRANSFERS, 3 * TRANSFERS]);
});

Deno.test("flush() gives up when its time is over or somebody stops it, and says what is left", async () => {
  const never = () => new Promise<void>(() => {});
  const late = new Behind();
  for (let n = 0; n < TRANSFERS + 2; n++) late.add(never);
  equal(await late.flush(1), TRANSFERS + 2);
  equal(late.over.aborted, true);
  const stopped = new Behind();
  stopped.add(never);
  const stop = new AbortController();
  const left = stopped.flush(60_000, stop.signal);
  stop.abort();
  equal(await left, 1);
});
