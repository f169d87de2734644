/** Events as plain lines, for pipes and logs: no control codes, no repainting. */
import type { Event, Report } from "../run/event.ts";
import {
  counted,
  duration,
  measured,
  rate,
  roughly,
} from "../text/quantity.ts";
import { mistake } from "./alike.ts";
import { bringing } from "./origins.ts";
import { standing } from "./queue.ts";
import { describeReason, listed, maker } from "./reason.ts";
import type { Style } from "../text/style.ts";
import { summary } from "./summary.ts";
import { clean } from "../text/visible.ts";

/** Seconds between two lines of progress of one instance, at least. */
const EVERY = 10;
/** Parts of the work of which each is worth a line. */
const PARTS = 10;
/** Seconds after which there is a line in any case: a log must not look dead. */
const SILENCE = 60;
/** No terminal tells how wide it is; this fits most readers of logs. */
const COLUMNS = 100;

/** When an instance was last heard of, and how far it was. */
interface Heard {
  readonly at: number;
  readonly part: number;
}

/** Writes lines: progress to `write`, the summary to `conclude`. */
export function plain(
  write: (text: string) => void,
  conclude: (text: string) => void,
  style: Style,
): Report {
  const heard = new Map<string, Heard>();
  const told: Event[] = [];
  const warnings = new Set<string>();
  const mistakes = new Map<string, string>();
  return (event) => {
    if (event.kind === "planned") {
      told.length = 0;
      warnings.clear();
      mistakes.clear();
    }
    if (event.kind !== "progress" && event.kind !== "queued") told.push(event);
    if (event.kind === "warned") {
      // What another instance said already; the summary names all of them.
      if (warnings.has(event.message)) return;
      warnings.add(event.message);
    }
    if (event.kind === "ended" && event.outcome.kind === "failed") {
      const key = mistake(event.instance, event.outcome);
      const first = mistakes.get(key);
      if (first !== undefined) {
        heard.delete(event.instance);
        const { instance } = event;
        write(
          `${style.red("failed")} ${instance}  in the same way as ${first}\n`,
        );
        return;
      }
      mistakes.set(key, event.instance);
    }
    for (const line of lines(event, heard, style)) write(line + "\n");
    if (event.kind === "finished" || event.kind === "interrupted") {
      conclude(summary(told, COLUMNS, style).join("\n") + "\n");
    }
  };
}

function lines(
  event: Event,
  heard: Map<string, Heard>,
  { green, red, yellow, cyan, dim }: Style,
): string[] {
  switch (event.kind) {
    case "checking":
      return [`check the types of ${listed(event.modules)}`];
    case "planned":
      return planned(event);
    case "started":
      heard.set(event.instance, { at: 0, part: 0 });
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
    case "queued":
      return queued(event, heard);
    case "progress":
      return progressed(event, heard);
    case "warned":
      return [
        `${yellow("warning:")} ${event.instance}: ${
          clean(event.message).replaceAll("\n", " ")
        }`,
      ];
    case "bringing":
      return [bringing(event)];
    case "cache":
      return [`${yellow("warning:")} cache ${clean(event.message)}`];
    case "ended": {
      const { outcome, instance } = event;
      heard.delete(instance);
      switch (outcome.kind) {
        case "built":
          return [`${green("done")} ${instance}  ${duration(outcome.seconds)}`];
        case "restored":
          if (outcome.from) {
            return [
              `${green("restored")} ${instance}  from cache (${
                maker(outcome.from)
              })`,
            ];
          }
          return outcome.artifacts.length === 0 ? [] : [
            `${green("restored")} ${instance}  ${listed(outcome.artifacts)}`,
          ];
        case "failed":
          return [
            `${red("failed")} ${instance}  ${clean(outcome.failure.what)}`,
          ];
        case "skipped":
          return [`${yellow("skipped")} ${instance}  needs ${outcome.blocker}`];
        case "reused":
          return [];
      }
      return [];
    }
    case "finished":
    case "interrupted":
      return [];
  }
}

function planned(
  { plan, seconds }: Extract<Event, { kind: "planned" }>,
): string[] {
  const count = (...kinds: string[]) =>
    plan.filter(({ decision }) => kinds.includes(decision.kind)).length;
  if (count("run", "maybe") === 0) return [];
  const parts = [
    `${count("run")} to run`,
    ...(count("maybe") > 0 ? [`${count("maybe")} may run`] : []),
    `${count("reuse", "restore")} up to date`,
    ...(seconds === undefined ? [] : [`about ${roughly(seconds)}`]),
  ];
  return [`plan: ${counted(plan.length, "instance")}, ${parts.join(", ")}`];
}

/** A line where a job has got a node, or nobody answers. */
function queued(
  event: Extract<Event, { kind: "queued" }>,
  heard: Map<string, Heard>,
): string[] {
  const { instance, state, node } = event;
  if (state !== "running" && state !== "unreachable") return [];
  const key = `${instance} ${state} ${node ?? ""}`;
  if (heard.has(key)) return [];
  heard.set(key, { at: 0, part: 0 });
  return [`  ${instance}  ${standing(event)}`];
}

/** A line of progress if it is time for one. */
function progressed(
  { instance, progress, elapsed, rate: speed, remaining, cores }: Extract<
    Event,
    { kind: "progress" }
  >,
  heard: Map<string, Heard>,
): string[] {
  const { done, total, unit, values = {} } = progress;
  const share = Math.min(1, done / Math.max(1, total));
  const last = heard.get(instance) ?? { at: 0, part: 0 };
  const quiet = elapsed - last.at;
  const part = Math.floor(share * PARTS);
  if (quiet < EVERY || part === last.part && quiet < SILENCE) return [];
  heard.set(instance, { at: elapsed, part });
  const parts = [
    `${Math.floor(100 * share)} %`,
    ...Object.entries(values).map(([name, value]) =>
      `${name} ${measured(value)}`
    ),
    ...(speed === undefined ? [] : [rate(speed, unit)]),
    ...(cores === undefined ? [] : [`${cores} cores`]),
    ...(remaining === undefined ? [] : [`${roughly(remaining)} left`]),
  ];
  return [`  ${instance}  ${parts.join(", ")}`];
}
