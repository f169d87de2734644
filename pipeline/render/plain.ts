/** Events as plain lines, for pipes and logs: no control codes, no repainting. */
import type { Event, Report } from "../event.ts";
import { amount, duration, measured } from "./quantity.ts";
import { describeReason } from "./reason.ts";
import type { Style } from "./style.ts";
import { summary } from "./summary.ts";

/** Seconds between two lines of progress of one instance. */
const EVERY = 10;

/** Writes lines: progress to `write`, the summary to `conclude`. */
export function plain(
  write: (text: string) => void,
  conclude: (text: string) => void,
  style: Style,
): Report {
  const last = new Map<string, number>();
  const all: Event[] = [];
  return (event) => {
    if (event.kind !== "progress") all.push(event);
    for (const line of lines(event, last, style)) write(line + "\n");
    if (event.kind === "finished") {
      conclude(summary(all, 100, style).join("\n") + "\n");
    }
  };
}

function lines(
  event: Event,
  last: Map<string, number>,
  { green, red, yellow, cyan, dim }: Style,
): string[] {
  switch (event.kind) {
    case "planned": {
      const count = (kind: string) =>
        event.plan.filter(({ decision }) => decision.kind === kind).length;
      const runs = count("run") + count("maybe");
      if (runs === 0) return [];
      const time = event.seconds === undefined
        ? ""
        : `, about ${duration(event.seconds)}`;
      return [
        `plan: ${count("run")} to run, ${count("maybe")} that may be cut off, ${
          count("reuse") + count("restore")
        } up to date${time}`,
      ];
    }
    case "started":
      last.set(event.instance, 0);
      return [
        `${cyan("run")} ${event.instance}  ${
          dim(describeReason(event.because))
        }`,
      ];
    case "attached":
      return [
        `${
          cyan("wait")
        } ${event.instance}  another run (process ${event.pid}) is at it`,
      ];
    case "progress": {
      const {
        instance,
        progress: { done, total, unit, values = {} },
        elapsed,
      } = event;
      if (elapsed - (last.get(instance) ?? 0) < EVERY) return [];
      last.set(instance, elapsed);
      const shown = Object.entries(values).map(([name, value]) =>
        `${name} ${measured(value)}`
      );
      const rate = event.rate === undefined
        ? []
        : [`${amount(event.rate)} ${unit}/s`];
      const left = event.remaining === undefined
        ? []
        : [`${duration(event.remaining)} left`];
      const percent = `${Math.floor(100 * done / Math.max(1, total))} %`;
      return [
        `  ${instance}  ${[percent, ...shown, ...rate, ...left].join(", ")}`,
      ];
    }
    case "warned":
      return [`${yellow("warning:")} ${event.instance}: ${event.message}`];
    case "ended": {
      const { outcome, instance } = event;
      switch (outcome.kind) {
        case "built":
          return [`${green("done")} ${instance}  ${duration(outcome.seconds)}`];
        case "restored":
          return outcome.artifacts.length === 0 ? [] : [
            `${green("restored")} ${instance}  ${outcome.artifacts.join(", ")}`,
          ];
        case "failed":
          return [`${red("failed")} ${instance}  ${outcome.failure.what}`];
        case "skipped":
          return [`${yellow("skipped")} ${instance}  needs ${outcome.blocker}`];
        case "reused":
          return [];
      }
      return [];
    }
    case "finished":
      return [];
  }
}
