/** Where jobs of a cluster stand, on the screen and in lines. */
import { deepEqual } from "node:assert/strict";
import type { Event } from "../../../pipeline/run/event.ts";
import { plain } from "../../../pipeline/render/plain.ts";
import { runningLines } from "../../../pipeline/render/running.ts";
import { standing } from "../../../pipeline/render/queue.ts";
import { style } from "../../../pipeline/text/style.ts";

const queued = (more: object): Event =>
  ({ kind: "queued", instance: "train[lr=0.1]", ...more }) as Event;

Deno.test("standing() says where an instance is, in the queue's own words for why", () => {
  deepEqual(
    ([
      { state: "held" },
      { state: "submitting" },
      { state: "waiting", job: "7_1", position: 2, reason: "Resources" },
      { state: "running", job: "7_1", node: "n2" },
      { state: "running", job: "7_1", node: "n2", sharers: 3 },
      { state: "running", job: "7_1", node: "n2", sharers: 20, each: 0.2 },
      { state: "unreachable", reason: "Unable to contact slurm controller" },
    ] as const).map(standing),
    [
      "waits until others have shown what one takes",
      "goes to the queue",
      "waits, no. 2 of ours (Resources)",
      "on n2, job 7_1",
      "on n2, job 7_1 (of 3)",
      "on n2, job 7_1 (of 20, each under 1 s)",
      "the cluster does not answer (Unable to contact slurm controller): waiting",
    ],
  );
});

Deno.test("plain() has a line for the node that a job got, and for silence, once", () => {
  const lines: string[] = [];
  const report = plain((text) => lines.push(text), () => {}, style(false));
  report(queued({ state: "waiting", job: "7_1", reason: "Priority" }));
  const running = queued({ state: "running", job: "7_1", node: "n2" });
  report(running);
  report(running);
  report(queued({ state: "unreachable", reason: "no answer" }));
  deepEqual(lines, [
    "  train[lr=0.1]  on n2, job 7_1\n",
    "  train[lr=0.1]  the cluster does not answer (no answer): waiting\n",
  ]);
});

Deno.test("runningLines() shows beside the time where a job stands", () => {
  const at = (instance: string, standing: string) => ({
    instance,
    since: 0,
    standing,
  });
  const [first, second] = runningLines(
    [
      at("train[lr=0.1]", "on n2, job 7_1"),
      at("train[lr=0.01]", "waits, no. 1 of ours (Resources)"),
    ],
    { done: 0, of: 2, share: 0, elapsed: 65, remaining: undefined },
    { now: 65, width: 110, room: new Map(), style: style(false) },
  );
  const cells = (line = "") =>
    line.split(/ {2,}/).filter((cell) => !/^[─╌]+$/.test(cell));
  deepEqual(cells(first), ["train[lr=0.1]", "1:05", "on n2, job 7_1"]);
  deepEqual(cells(second), [
    "train[lr=0.01]",
    "1:05",
    "waits, no. 1 of ours (Resources)",
  ]);
});
