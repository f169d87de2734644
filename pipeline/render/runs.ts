/**
 * The history of runs as a table, with what a person wants to see of each. Nothing
 * is cut: what has no room in a line stands below it.
 */
import type { Counts } from "../run/event.ts";
import type { Json } from "../stage/json.ts";
import { duration, measured } from "../text/quantity.ts";
import type { Style } from "../text/style.ts";
import { hang, table, width as columns } from "../text/layout.ts";
import { clean } from "../text/visible.ts";
import { show } from "./reason.ts";
import { type Ended, ENDS, OUTCOMES } from "./words.ts";

/** A run as the table shows it. */
export interface RunRow {
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly started: string;
  readonly seconds: number;
  readonly success: boolean;
  readonly ended: Ended;
  /** As typed. */
  readonly arguments: readonly string[];
  readonly counts: Counts;
  /** Whether something stood in for the real thing. */
  readonly provisional: boolean;
  /** How many claims hold, of how many; if any were judged. */
  readonly claims?: { readonly hold: number; readonly of: number };
  readonly tags: readonly string[];
  readonly note: string;
}

/** Values that one word asks for: their names, and of each run as many cells. */
export interface Asked {
  readonly word: string;
  readonly names: readonly (readonly string[])[];
  readonly cells: readonly (readonly (Json | undefined)[])[];
}

/** A column of the table. */
interface Shown {
  readonly over?: string;
  readonly head: string;
  readonly right?: boolean;
  readonly cells: readonly string[];
}

/** More values of one name are a range: thirty columns tell nobody anything. */
const SINGLY = 4;
const GAP = 2;
/** Where what has no room in a line begins below it. */
const INDENT = 3;

/**
 * The lines of the table. `chosen`: the values that were asked for are all that is
 * shown beside names; otherwise those that have no room are left out.
 */
export function runsLines(
  runs: readonly RunRow[],
  width: number,
  style: Style,
  asked: readonly Asked[] = [],
  chosen = false,
): string[] {
  const { dim } = style;
  if (runs.length === 0) return [dim("no run has changed anything yet")];
  const always = [
    {
      head: "",
      cells: runs.map(({ ended }) =>
        style[ENDS[ended].paint](ENDS[ended].sign)
      ),
    },
    { head: "run", cells: runs.map(({ id }) => style.bold(id)) },
  ];
  const values = asked.flatMap(valueColumns);
  const shown: Shown[] = [
    ...always,
    ...(chosen ? [] : circumstances(runs)),
    ...values,
  ];
  const left: Shown[] = [];
  while (!chosen && spread(shown) > width) {
    // The name tells the time already; then values go, the last first.
    const when = shown.findIndex(({ head }) => head === WHEN);
    const at = when >= 0
      ? when
      : shown.findLastIndex((one) =>
        values.includes(one) || one.head === "claims" || one.head === "took"
      );
    if (at < 0) break;
    const [gone] = shown.splice(at, 1);
    if (gone && values.includes(gone)) left.unshift(gone);
  }
  const over = shown.some((column) => column.over !== undefined);
  const heads = [
    ...(over ? [overs(shown)] : []),
    shown.map(({ head }) => head),
  ].map((row) => row.map(dim));
  const right = shown.flatMap((column, at) => column.right ? [at] : []);
  const rows = runs.map((_, row) => shown.map(({ cells }) => cells[row] ?? ""));
  const lines = table([...heads, ...rows], { right });
  return [
    ...lines.slice(0, heads.length),
    ...runs.flatMap((run, row) =>
      withMore(lines[heads.length + row]!, run, width, style)
    ),
    ...(left.length > 0
      ? hang(
        "",
        `no room for ${
          left.map(({ over, head }) => over ? `${over} ${head}` : head)
            .join(", ")
        }: deno task runs --columns ${asked.map(({ word }) => word).join()}`,
        width,
        dim,
      )
      : []),
  ];
}

const WHEN = "when (UTC)";

function circumstances(runs: readonly RunRow[]): Shown[] {
  const claims = runs.some((run) => run.claims !== undefined);
  return [
    {
      head: WHEN,
      cells: runs.map(({ started }) => started.slice(0, 16).replace("T", " ")),
    },
    {
      head: "took",
      right: true,
      cells: runs.map(({ seconds }) => duration(seconds)),
    },
    { head: "what ran", cells: runs.map(countText) },
    ...(claims
      ? [{
        head: "claims",
        cells: runs.map(({ claims }) =>
          claims ? `${claims.hold} of ${claims.of}` : "–"
        ),
      }]
      : []),
  ];
}

/** The columns of the values that a word asks for, with what they share above them. */
function valueColumns({ word, names, cells }: Asked): Shown[] {
  const column = (at: number) => cells.map((row) => cell(row[at]));
  const right = cells.flat().some((one) => typeof one === "number");
  if (names.length === 1) {
    const head = word.includes("*") ? names[0]!.join(".") : word;
    return [{ head, right, cells: column(0) }];
  }
  if (names.length <= SINGLY) {
    return names.map((name, at) => ({
      over: word,
      head: telling(name, names),
      right,
      cells: column(at),
    }));
  }
  return [{
    over: word,
    head: `${names.length} values`,
    right,
    cells: cells.map(range),
  }];
}

/** The keys of a name by which it differs from the others. */
function telling(
  name: readonly string[],
  names: readonly (readonly string[])[],
): string {
  const keys = name.filter((key, at) => names.some((one) => one[at] !== key));
  return keys.join(" ");
}

/** `0.0062 … 0.114`: the least and the most of a run's values. */
function range(values: readonly (Json | undefined)[]): string {
  const numbers = values.filter((value) => typeof value === "number");
  if (numbers.length === 0) return "–";
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  return least === most
    ? measured(least)
    : `${measured(least)} … ${measured(most)}`;
}

function cell(value: Json | undefined): string {
  if (value === undefined) return "–";
  return clean(
    typeof value === "number"
      ? measured(value)
      : typeof value === "string"
      ? value
      : show(value),
  ).replaceAll("\n", " ");
}

/** The row above the heads: what neighbours share stands above the first of them. */
function overs(shown: readonly Shown[]): string[] {
  return shown.map(({ over = "" }, at) =>
    over === shown[at - 1]?.over ? "" : over
  );
}

/** The columns that a table takes. */
function spread(shown: readonly Shown[]): number {
  return shown.reduce(
    (sum, { over = "", head, cells }) =>
      sum + GAP + Math.max(...[over, head, ...cells].map(columns)),
    -GAP,
  );
}

/** A line with what is to be said of its run besides: beside it, or whole below it. */
function withMore(
  line: string,
  run: RunRow,
  width: number,
  { cyan, dim, yellow }: Style,
): string[] {
  const marks = [
    ...(run.provisional ? [yellow("stand-in data")] : []),
    ...run.tags.map((tag) => cyan(`#${clean(tag)}`)),
  ].join(" ");
  const note = clean(run.note).replaceAll("\n", " ");
  const typed = argumentText(run.arguments);
  const beside = [marks, note, dim(typed)].filter(Boolean).join("  ");
  if (columns(line) + GAP + columns(beside) <= width) {
    return [`${line}  ${beside}`.trimEnd()];
  }
  const indent = " ".repeat(INDENT);
  const said = marks === "" ? indent : `${indent}${marks}  `;
  return [
    line,
    ...(said === indent && note === "" ? [] : hang(said, note, width)),
    ...(typed === "" ? [] : hang(indent, typed, width, dim)),
  ];
}

/** `12 built, 1 failed`: what was reused says little of a run. */
function countText({ counts, ended }: RunRow): string {
  const parts = (["built", "restored", "failed", "skipped"] as const)
    .filter((kind) => counts[kind] > 0)
    .map((kind) => `${counts[kind]} ${OUTCOMES[kind].word}`);
  if (ended === "interrupted" || ended === "refuted") {
    parts.push(ENDS[ended].word);
  }
  return parts.length > 0 ? parts.join(", ") : "nothing";
}

/** What was typed, without the command that all of them share, and the marks, which may be others now. */
function argumentText(args: readonly string[]): string {
  const mark = /^--(note|tag)(=|$)/;
  const rest = args.filter((arg, at) =>
    !(at === 0 && arg === "reproduce") && !mark.test(arg) &&
    !/^--(note|tag)$/.test(args[at - 1] ?? "")
  );
  return rest.map((arg) => /[\s'"[\]*?$]/.test(arg) ? `'${arg}'` : arg)
    .join(" ");
}
