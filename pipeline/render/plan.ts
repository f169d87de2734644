/** A plan as tables: what will run, what may run, what is at hand. */
import type { Decision, Planned } from "../plan/decision.ts";
import type { Event } from "../run/event.ts";
import { counted, roughly } from "../text/quantity.ts";
import { originLines } from "./origins.ts";
import {
  describeContinuation,
  describeDecision,
  grouped,
  listed,
  predicted,
} from "./reason.ts";
import { rootsOf } from "./roots.ts";
import type { Style } from "../text/style.ts";
import {
  hang,
  pad,
  padLeft,
  solid,
  width as columns,
  wrap,
} from "../text/layout.ts";
import { DECISIONS } from "./words.ts";

/** How a plan is shown. */
interface PlanView {
  /** Every instance in a line of its own, those that are up to date, too. */
  readonly all: boolean;
  /** What contained an instance's process the last time. */
  readonly wall?: (instance: string) => string | undefined;
  /** Columns to be filled at most. */
  readonly width?: number;
}

/** How wide a table is where nobody says. */
const COLUMNS = 100;

/** So many of a stage that share their words are one row, even where others do not. */
const MANY = 4;

/** Rows of one stage, before the rest of them are counted. */
const SHOWN = 6;

/** The time of what never ran, nor anything of its stage. */
const UNKNOWN = "unknown";

type Plan = readonly Planned[];
type Kind = Decision["kind"];

/** One line of a table: an instance, or several of a stage. */
interface Row {
  readonly name: string;
  readonly words: string;
  readonly time: string;
  readonly wall: string | undefined;
}

/** The lines of a plan. */
export function planLines(
  event: Extract<Event, { kind: "planned" }>,
  style: Style,
  { all, wall = () => undefined, width = COLUMNS }: PlanView,
): string[] {
  const { plan, origins } = event;
  const sections = (["run", "maybe", "restore", "reuse"] as const)
    .map((kind) => ({ kind, rows: rowsOf(kind, plan, all, wall) }))
    .filter(({ rows }) => rows.length > 0);
  const shown = sections.flatMap(({ kind, rows }) =>
    kind === "reuse" && !all ? [] : rows
  );
  const name = Math.min(
    Math.max(0, ...shown.map(({ name }) => columns(name))),
    Math.max(16, Math.floor(width * 0.45)),
  );
  // What is true of all is said at the end.
  const told = shown.some(({ time }) => time !== "" && time !== UNKNOWN);
  const timeIn = ({ time }: Row) => told ? time : "";
  const time = Math.max(0, ...shown.map((row) => timeIn(row).length));
  const lines = sections.flatMap(({ kind, rows }) => {
    const { word, paint } = DECISIONS[kind];
    if (kind === "reuse" && !all) {
      const count = plan.filter(({ decision }) => decision.kind === kind);
      return [`${style[paint](word)}: ${counted(count.length, "instance")}`];
    }
    // What all of them have in common is said once.
    const [first] = rows;
    const common = rows.length > 1 &&
        rows.every(({ words }) => words === first?.words)
      ? first?.words
      : undefined;
    const title = hang(
      style.bold(common === undefined ? word : `${word}${colon(kind)}`),
      common ?? "",
      width,
    );
    return [
      ...title,
      ...rows.flatMap((row) =>
        hang(
          // A name that is too long takes its room from the time's.
          `  ${pad(row.name, name)}  ${
            time === 0 ? "" : padLeft(
              timeIn(row),
              time - Math.max(0, columns(row.name) - name),
            ) + "  "
          }`,
          (common === undefined ? row.words : "") +
            (row.wall === undefined ? "" : ` [${row.wall}]`),
          width,
        ).map((line) => line.trimEnd())
      ),
    ];
  });
  return [
    ...lines,
    ...originLines(origins, width, style),
    ...conclusion(event, width, style),
  ];
}

/** `may run if …`, but `will run: param steps …`. */
function colon(kind: Kind): string {
  return kind === "maybe" ? " " : ": ";
}

/** What it will take; nothing of what takes none. */
function timeOf(kind: Kind, members: Plan): string {
  if (kind === "restore" || kind === "reuse") return "";
  let [sum, about] = [0, false];
  for (const one of members) {
    if (one.seconds === undefined) return UNKNOWN;
    sum += one.seconds;
    about ||= one.about ?? false;
  }
  return predicted(sum, about);
}

/**
 * The rows of one section, unless `all` are wanted: of a stage, those that share what
 * is to be done and why are one row if they are all of it, or many; of those that are
 * left the first few have a row of their own.
 */
function rowsOf(
  kind: Kind,
  plan: Plan,
  all: boolean,
  wall: (instance: string) => string | undefined,
): Row[] {
  const words = wordsOf(plan);
  const single = (one: Planned): Row => ({
    name: one.instance,
    words: words([one]),
    time: timeOf(kind, [one]),
    wall: wall(one.instance),
  });
  const together = (name: string, members: Plan): Row => ({
    name,
    words: words(members),
    time: timeOf(kind, members),
    wall: undefined,
  });
  const stages = Map.groupBy(plan, ({ stage }) => stage);
  return [...stages].flatMap(([stage, members]) => {
    const chosen = members.filter(({ decision }) => decision.kind === kind);
    if (all) return chosen.map(single);
    // What waits, waits for others: that these are not the same matters less.
    const alike = kind === "maybe"
      ? [chosen]
      : [...Map.groupBy(chosen, (one) => words([one])).values()];
    const rows: Row[] = [];
    const rest: Planned[] = [];
    for (const group of alike) {
      if (group.length > 1 && group.length === members.length) {
        rows.push(together(`${stage} × ${group.length}`, group));
      } else if (group.length >= MANY) {
        const name = `${stage} × ${group.length} of ${members.length}`;
        rows.push(together(name, group));
      } else rest.push(...group);
    }
    const shown = rest.length > SHOWN ? rest.slice(0, SHOWN - 2) : rest;
    const others = rest.slice(shown.length);
    return [
      ...rows,
      ...shown.map(single),
      ...(others.length > 0
        ? [{
          ...together(`${stage} × ${others.length} more`, others),
          words: "the like",
        }]
        : []),
    ];
  });
}

/** What is said of instances that have a row in common, or of one alone. */
function wordsOf(plan: Plan): (members: Plan) => string {
  const roots = rootsOf(plan);
  const told = new Map<readonly string[], string>();
  const wait = (list: readonly string[]) => {
    const words = told.get(list) ?? waiting(list);
    told.set(list, words);
    return words;
  };
  return (members) => {
    const [first] = members;
    if (!first) return "";
    const { decision, continues } = first;
    if (decision.kind !== "maybe") {
      const from = continues ? `; ${describeContinuation(continues)}` : "";
      return describeDecision(decision) + from;
    }
    const lists = new Set(
      members.map(({ instance }) => roots.get(instance) ?? decision.upstream),
    );
    const [only = []] = lists;
    return lists.size === 1 ? wait(only) : waiting([
      ...new Set([...lists].flat()),
    ]);
  };
}

function waiting(roots: readonly string[]): string {
  return `if ${listed(grouped(roots))} ${
    roots.length === 1 ? "gives" : "give"
  } something else`;
}

/** What it comes to: how much, and how long. */
function conclusion(
  { plan, seconds, least, cpus = 1 }: Extract<Event, { kind: "planned" }>,
  width: number,
  { green, bold }: Style,
): string[] {
  const of = (...kinds: Kind[]) =>
    plan.filter(({ decision }) => kinds.includes(decision.kind));
  const [runs, waits] = [of("run").length, of("maybe").length];
  if (runs + waits === 0) {
    return [
      green(of("restore").length > 0 ? "nothing has to run" : "up to date"),
    ];
  }
  const will = `${runs} will run`;
  const may = waits > 0 ? `, ${waits} may run` : "";
  const on = cpus > 1 && runs + waits > 1
    ? ` on ${solid(`${cpus} cores`)}`
    : "";
  const time = seconds === undefined
    ? unknownTime(of("run", "maybe"), least, on)
    : `predicted time: ${waits > 0 ? "at most " : ""}${
      solid(predictedAll(seconds, of("run", "maybe")))
    }${on}`;
  return wrap(`${will}${may}; ${time}`, width)
    .map((line, row) => row === 0 ? line.replace(will, bold(will)) : line);
}

function predictedAll(seconds: number, runs: Plan): string {
  const about = runs.some(({ about }) => about);
  return about ? predicted(seconds, true) : roughly(seconds);
}

/** What can be said where of some nothing is known. */
function unknownTime(
  runs: Plan,
  least: number | undefined,
  on: string,
): string {
  if (least === undefined) return "time unknown: nothing of it ever ran";
  const unknown = runs.filter(({ seconds }) => seconds === undefined)
    .map(({ instance }) => instance);
  return `predicted time: about ${solid(roughly(least))}${on}, and that of ${
    listed(grouped(unknown))
  }, which is unknown`;
}
