/** A plan as tables: what will run, what may be cut off, what is at hand. */
import type { Decision, Planned } from "../plan/decision.ts";
import type { Event } from "../run/event.ts";
import { counted, duration, roughly } from "../text/quantity.ts";
import { originLines } from "./origins.ts";
import { describeDecision, grouped, listed } from "./reason.ts";
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

/** So many that wait are one row, even where others of their stage do not. */
const MANY = 4;

type Plan = readonly Planned[];

/** One line of a table: an instance, or all of a stage that share their words. */
interface Row {
  readonly name: string;
  readonly words: string;
  readonly seconds: number | undefined;
  readonly wall: string | undefined;
}

/** The lines of a plan. */
export function planLines(
  event: Extract<Event, { kind: "planned" }>,
  style: Style,
  { all, wall = () => undefined, width = COLUMNS }: PlanView,
): string[] {
  const { plan, seconds } = event;
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
  const time = Math.max(0, ...shown.map((row) => timeOf(row).length));
  const lines = sections.flatMap(({ kind, rows }) => {
    const { word, paint } = DECISIONS[kind];
    const title = style[paint](word);
    if (kind === "reuse" && !all) {
      const count = plan.filter(({ decision }) => decision.kind === kind);
      return [`${title}: ${counted(count.length, "instance")}`];
    }
    return [
      style.bold(title),
      ...rows.flatMap((row) =>
        hang(
          // A name that is too long takes its room from the time's.
          `  ${pad(row.name, name)}  ${
            padLeft(timeOf(row), time - Math.max(0, columns(row.name) - name))
          }  `,
          row.words + (row.wall === undefined ? "" : ` [${row.wall}]`),
          width,
        )
      ),
    ];
  });
  return [
    ...lines,
    ...originLines(event.origins, width, style),
    ...conclusion(plan, seconds, width, style),
  ];
}

function timeOf({ seconds }: Row): string {
  return seconds === undefined ? "?" : duration(seconds);
}

/**
 * The rows of one section. A stage whose instances all share what is to be done
 * and why is one row, unless `all` are wanted.
 */
function rowsOf(
  kind: Decision["kind"],
  plan: Plan,
  all: boolean,
  wall: (instance: string) => string | undefined,
): Row[] {
  const roots = rootsOf(plan);
  const told = new Map<readonly string[], string>();
  const wait = (list: readonly string[]) => {
    const words = told.get(list) ?? waiting(list);
    told.set(list, words);
    return words;
  };
  const words = (members: Plan) =>
    new Set(
      members.map(({ instance, decision }) =>
        decision.kind === "maybe"
          ? wait(roots.get(instance) ?? decision.upstream)
          : describeDecision(decision)
      ),
    );
  const single = (one: Planned): Row => ({
    name: one.instance,
    words: [...words([one])].join(),
    seconds: one.seconds,
    wall: wall(one.instance),
  });
  const stages = Map.groupBy(plan, ({ stage }) => stage);
  return [...stages.values()].flatMap((members) => {
    const chosen = members.filter(({ decision }) => decision.kind === kind);
    const whole = chosen.length === members.length ||
      kind === "maybe" && chosen.length >= MANY;
    const alike = chosen.length > 1 && whole &&
      (kind === "maybe" || words(chosen).size === 1);
    if (all || !alike) return chosen.map(single);
    const seconds = chosen.map((one) => one.seconds);
    const causes = [
      ...new Set(chosen.map(({ instance }) => roots.get(instance) ?? [])),
    ].flat();
    return [{
      name: grouped(chosen.map(({ instance }) => instance)).join(),
      words: kind === "maybe"
        ? waiting([...new Set(causes)])
        : [...words(chosen)].join(),
      seconds: seconds.includes(undefined)
        ? undefined
        : seconds.reduce<number>((sum, one) => sum + (one ?? 0), 0),
      wall: undefined,
    }];
  });
}

function waiting(roots: readonly string[]): string {
  return `if ${listed(grouped(roots))} ${
    roots.length === 1 ? "gives" : "give"
  } something else`;
}

/**
 * For each instance that waits for others: which of those that certainly run
 * are behind it, however far up. Those stand in the plan with their reasons.
 * Instances that wait for the same share one list: a list for each of thousands
 * that wait for thousands would be quadratic.
 */
export function rootsOf(plan: Plan): Map<string, readonly string[]> {
  const roots = new Map<string, readonly string[]>();
  const joined = new Map<string, readonly string[]>();
  const numbers = new Map<readonly string[], number>();
  const number = (list: readonly string[]) => {
    const known = numbers.get(list) ?? numbers.size;
    numbers.set(list, known);
    return known;
  };
  // Producers come first in a plan, so what is upstream is known already.
  for (const { instance, decision } of plan) {
    if (decision.kind === "run") roots.set(instance, [instance]);
    if (decision.kind !== "maybe") continue;
    const lists = new Set(
      decision.upstream.flatMap((one) => {
        const list = roots.get(one);
        return list ? [list] : [];
      }),
    );
    const [first] = lists;
    if (!first) roots.set(instance, decision.upstream);
    else if (lists.size === 1) roots.set(instance, first);
    else {
      const key = [...lists].map(number).join();
      const all = joined.get(key) ?? [...new Set([...lists].flat())];
      joined.set(key, all);
      roots.set(instance, all);
    }
  }
  return roots;
}

/** What it comes to: how much, and how long. */
function conclusion(
  plan: Plan,
  seconds: number | undefined,
  width: number,
  { green, bold }: Style,
): string[] {
  const count = (kind: Decision["kind"]) =>
    plan.filter(({ decision }) => decision.kind === kind).length;
  if (count("run") + count("maybe") === 0) {
    return [green(count("restore") > 0 ? "nothing has to run" : "up to date")];
  }
  const will = `${count("run")} will run`;
  const may = count("maybe") > 0 ? `, ${count("maybe")} may be cut off` : "";
  const time = seconds === undefined
    ? "no prediction, not all of them ever ran"
    : `predicted time: ${count("maybe") > 0 ? "at most " : ""}${
      solid(roughly(seconds))
    }, from the last runs`;
  return wrap(`${will}${may}; ${time}`, width)
    .map((line, row) => row === 0 ? line.replace(will, bold(will)) : line);
}
