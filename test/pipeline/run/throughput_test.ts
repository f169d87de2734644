/** What follows from what a stage says of its progress. */
import { deepEqual, equal } from "node:assert/strict";
import { Throughput } from "../../../pipeline/run/throughput.ts";

const count = (done: number, total = 100) => ({ done, total, unit: "things" });

Deno.test("Throughput tells rate and rest from the second moment on, and begins anew with a new count", () => {
  const throughput = new Throughput(10);
  deepEqual(throughput.note(count(20), 14), { elapsed: 4 });
  deepEqual(throughput.note(count(40), 16), {
    elapsed: 6,
    rate: 10,
    remaining: 6,
  });
  deepEqual(throughput.note(count(10), 17), { elapsed: 7 });
});

Deno.test("Throughput.working() leaves out what it takes to start and to end", () => {
  const throughput = new Throughput(0);
  // Ten seconds to start, one for ten things, and what comes after the last is not asked.
  throughput.note(count(10), 11);
  throughput.note(count(60), 16);
  throughput.note(count(100), 20);
  equal(throughput.working(1), 10);
});

Deno.test("Throughput.working() of what continues is that of the part that was left", () => {
  const all = new Throughput(0);
  all.note(count(60), 1);
  all.note(count(100), 5);
  equal(all.working(0.5), 5);
  // Another stage counts only what is left.
  const rest = new Throughput(0);
  rest.note(count(10, 50), 1);
  rest.note(count(50, 50), 5);
  equal(rest.working(0.5), 5);
});

Deno.test("Throughput.working() is unknown where progress was told at one moment", () => {
  const throughput = new Throughput(0);
  equal(throughput.working(1), undefined);
  throughput.note(count(100), 1);
  equal(throughput.working(1), undefined);
  throughput.note(count(100), 1);
  equal(throughput.working(1), undefined);
});
