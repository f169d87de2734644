/** A plan as a table: what will run, what may be cut off, what is at hand. */
import type { Decision, Event } from "../event.ts";
import { counted, duration } from "./quantity.ts";
import { describeDecision } from "./reason.ts";
import type { Style } from "./style.ts";

const SECTIONS: readonly (readonly [Decision["kind"], string])[] = [
  ["run", "will run"],
  ["maybe", "may be cut off"],
  ["restore", "restored"],
  ["reuse", "reused"],
];

/** The lines of a plan. Reused instances are only counted, unless `all` are wanted. */
export function planLines(
  event: Extract<Event, { kind: "planned" }>,
  { bold, cyan, yellow, green, dim }: Style,
  { all, wall }: {
    readonly all: boolean;
    readonly wall?: (instance: string) => string | undefined;
  },
): string[] {
  const { plan, seconds } = event;
  const paint = {
    run: cyan,
    maybe: yellow,
    restore: green,
    reuse: dim,
  } as const;
  const lines: string[] = [];
  const width = Math.max(...plan.map(({ instance }) => instance.length));
  for (const [kind, title] of SECTIONS) {
    const members = plan.filter(({ decision }) => decision.kind === kind);
    if (members.length === 0) continue;
    if (kind === "reuse" && !all) {
      lines.push(
        `${paint[kind](title)}: ${counted(members.length, "instance")}`,
      );
      continue;
    }
    lines.push(bold(paint[kind](title)));
    for (const { instance, decision, seconds } of members) {
      const time = seconds === undefined ? "?" : duration(seconds);
      const stood = wall?.(instance);
      lines.push(
        `  ${instance.padEnd(width)}  ${time.padStart(11)}  ${
          describeDecision(decision)
        }${stood === undefined ? "" : dim(`  [${stood}]`)}`,
      );
    }
  }
  const runs = plan.filter(({ decision }) =>
    decision.kind === "run" || decision.kind === "maybe"
  );
  if (runs.length === 0) {
    const restored = plan.some(({ decision }) => decision.kind === "restore");
    lines.push(restored ? green("nothing has to run") : green("up to date"));
  } else if (seconds !== undefined) {
    lines.push(
      `predicted time: at most ${duration(seconds)}, from the last runs`,
    );
  }
  return lines;
}
