/**
 * What the program of an archive says of the run that it makes: the lines of
 * `reproduce --json`. It is a stranger's, so of each line only a known shape counts.
 */
import * as v from "valibot";
import { anything, readForeign } from "../published/foreign.ts";
import type { Output } from "../sandbox/program/sandbox.ts";

const text = v.string();
const count = v.number();
const changed = v.array(v.object({
  fact: text,
  was: v.optional(anything),
  now: v.optional(anything),
}));
/** Where two runs part: JSON writes an infinite difference as `null`. */
const parting = {
  identical: count,
  artifacts: count,
  instance: text,
  changes: changed,
  largest: v.optional(v.object({
    path: text,
    was: anything,
    now: anything,
    relative: v.pipe(v.nullable(count), v.transform((one) => one ?? Infinity)),
  })),
};

/** The comparison of the archive's program: explains, and is seldom believed. */
const ComparisonSchema = v.variant("kind", [
  v.object({ kind: v.literal("identical"), artifacts: count }),
  v.object({ kind: v.literal("equivalent"), ...parting, tolerance: count }),
  v.object({ kind: v.literal("different"), ...parting }),
  v.object({
    kind: v.literal("not comparable"),
    because: v.variant("kind", [
      v.object({ kind: v.literal("stand-in"), instance: text }),
      v.object({
        kind: v.literal("instances"),
        missing: v.array(text),
        extra: v.array(text),
      }),
      v.object({ kind: v.literal("parameters"), changes: changed }),
    ]),
  }),
]);

/** What is read of what that program says; what has another shape was not said. */
const SaidSchema = v.variant("kind", [
  v.object({
    kind: v.literal("facts"),
    instances: v.record(text, v.record(text, anything)),
  }),
  v.object({
    kind: v.literal("planned"),
    plan: v.array(v.object({
      instance: text,
      decision: v.object({ kind: text }),
    })),
  }),
  v.object({ kind: v.literal("started"), instance: text }),
  v.object({
    kind: v.literal("progress"),
    instance: text,
    progress: v.object({ done: count, total: v.optional(count) }),
  }),
  v.object({
    kind: v.literal("ended"),
    instance: text,
    outcome: v.object({
      kind: text,
      failure: v.optional(v.object({ what: text, seen: v.optional(text) })),
    }),
  }),
  v.object({
    kind: v.literal("finished"),
    provisional: v.array(v.object({ instance: text, reason: text })),
    comparison: v.fallback(v.optional(ComparisonSchema), undefined),
  }),
]);
export type Said = v.InferOutput<typeof SaidSchema>;
/** The end of a run, as the program tells it. */
export type Finished = Extract<Said, { kind: "finished" }>;

/** How the run ended, if its program came so far. */
export function finishedOf(output: Pick<Output, "out">): Finished | undefined {
  const last = saidIn(output).at(-1);
  return last?.kind === "finished" ? last : undefined;
}

/** What the program told, a line an event. */
export function saidIn({ out }: Pick<Output, "out">): Said[] {
  return out.split("\n").flatMap((line) => saidOn(line) ?? []);
}

/** What one line tells, if it tells anything. */
export function saidOn(line: string): Said | undefined {
  if (!line.startsWith("{")) return;
  const read = readForeign(SaidSchema, line);
  return read.ok ? read.value : undefined;
}
