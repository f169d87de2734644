/** How many short instances share a job. */
import { deepEqual } from "node:assert/strict";
import {
  type Chunk,
  chunkOf,
  Durations,
} from "../../../pipeline/executor/slurm/chunk.ts";

/** The chunk of a map whose instances took so long the last time. */
function chunk(
  seconds: readonly (number | undefined)[],
  { declared, configured, measured = [], queued = 0 }: {
    readonly declared?: number;
    readonly configured?: number;
    readonly measured?: readonly number[];
    readonly queued?: number;
  } = {},
): Chunk {
  const durations = new Durations();
  for (const one of measured) durations.note("work", one);
  const group = seconds.map((seconds) => ({
    stage: "work",
    resources: declared === undefined ? {} : { chunk: declared },
    seconds,
  }));
  return chunkOf(group, configured, durations, queued);
}

const many = (count: number, seconds?: number) => Array(count).fill(seconds);

Deno.test("chunkOf() gives each a job of its own that is long, or of which nobody knows", () => {
  deepEqual(chunk(many(1000)), { size: 1 });
  deepEqual(chunk(many(1000, 15)), { size: 1 });
  deepEqual(chunk([...many(999, 0.1), undefined]), { size: 1 });
});

Deno.test("chunkOf() puts short ones into no more jobs than pay, and no fewer than a cluster runs at once", () => {
  deepEqual(chunk(many(1000, 0.25)), { size: 20, seconds: 0.25 });
  deepEqual(chunk(many(1000, 4)), { size: 5, seconds: 4 });
  deepEqual(chunk(many(95, 0.25)), { size: 1 });
  // Those that come one after the other while many wait.
  deepEqual(chunk(many(30, 0.25), { queued: 966 }), {
    size: 20,
    seconds: 0.25,
  });
});

Deno.test("chunkOf() goes by what others of their stage took, where nothing else is known", () => {
  deepEqual(chunk(many(480), { measured: [0.25, 0.75] }), {
    size: 10,
    seconds: 0.5,
  });
});

Deno.test("chunkOf() does what a stage declares, else the configuration, whatever it takes", () => {
  deepEqual(chunk(many(10, 500), { declared: 3, configured: 4 }), { size: 3 });
  deepEqual(chunk(many(10, 500), { configured: 4 }), { size: 4 });
});
