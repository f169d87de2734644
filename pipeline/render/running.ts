/**
 * The lines of what is running: name, bar, values, rate, time left, in columns
 * that keep their places from frame to frame. Where there is no room for all of
 * it, the least needed goes first.
 */
import type { Event } from "../run/event.ts";
import { clock, duration, measured, rate } from "../text/quantity.ts";
import type { Style } from "../text/style.ts";
import { clip, pad, padLeft, width as columns } from "../text/layout.ts";

type Progress = Extract<Event, { kind: "progress" }>;

/** One instance at work. Times are in seconds, on the clock of the frames. */
export interface Running {
  readonly instance: string;
  readonly since: number;
  /** What it took the last time. */
  readonly expected?: number | undefined;
  /** The process that is really at it, if that is another run's. */
  readonly attached?: number;
  /** Where it stands in a cluster's queue. */
  readonly standing?: string;
  /** The last that was heard, and when. */
  readonly heard?: { readonly event: Progress; readonly at: number };
}

/** The line below them. */
export interface Total {
  readonly done: number;
  readonly of: number;
  /** Of the predicted work, from 0 to 1. */
  readonly share: number;
  readonly elapsed: number;
  readonly remaining: number | undefined;
}

const GAP = 2;
const BAR = { least: 6, most: 30 };
/** Where a line is too narrow for the whole name of an instance. */
const NARROW = 80;

/** Room that a column once took: it does not shrink, else lines would jump. */
export type Room = Map<string, number>;

/** A column: its place in the line, and how soon it is given up. */
interface Column {
  readonly key: string;
  readonly needed: number;
  readonly left: boolean;
  /** The room that it will need soon: kept from the beginning. */
  readonly least: number;
  readonly cells: readonly string[];
}

/** The lines of a frame; `room` is kept from frame to frame. */
export function runningLines(
  running: readonly Running[],
  total: Total,
  { now, width, room, style }: {
    readonly now: number;
    readonly width: number;
    readonly room: Room;
    readonly style: Style;
  },
): string[] {
  const narrow = width < NARROW;
  const names = running.map(({ instance }) => instance);
  const shown = narrow ? shorten(names) : names;
  const { count, times } = totalOf(total, width);
  const name = take(
    room,
    narrow ? "short name" : "name",
    Math.min(
      Math.max(columns(count), ...shown.map(columns)),
      Math.max(16, Math.floor(width * 0.4)),
    ),
  );
  const wanted = columnsOf(running, now, narrow).map((column) => ({
    ...column,
    size: take(
      room,
      column.key,
      Math.max(column.least, ...column.cells.map(columns)),
    ),
  }));
  const size = () =>
    name + wanted.reduce((sum, { size }) => sum + GAP + size, 0);
  while (wanted.length > 1 && size() + GAP + BAR.least > width) {
    const least = wanted.reduce((a, b) => b.needed < a.needed ? b : a);
    wanted.splice(wanted.indexOf(least), 1);
  }
  const bar = Math.min(
    BAR.most,
    width - size() - GAP,
    width - name - columns(times) - 2 * GAP,
  );
  const gap = " ".repeat(GAP);
  const line = (head: string, middle: string, rest: readonly string[]) =>
    clip([pad(clip(head, name), name), middle, ...rest].join(gap), width)
      .trimEnd();
  const lines = running.map((one, at) =>
    line(
      shown[at]!, // one for each
      bar < BAR.least ? "" : barOf(one, now, bar, style),
      wanted.map(({ cells, size, left }) =>
        (left ? pad : padLeft)(cells[at] ?? "", size)
      ),
    )
  );
  const head = Math.max(name, columns(count));
  const whole = Math.min(bar, width - head - columns(times) - 2 * GAP);
  lines.push(
    (whole < BAR.least ? [style.bold(count), style.dim(times)] : [
      pad(style.bold(count), head),
      style.dim(strip(total.share, whole)),
      style.dim(times),
    ]).join(gap).trimEnd(),
  );
  return lines;
}

/** How far the whole is, in as many words as a line has room for. */
function totalOf(
  { done, of, elapsed, remaining }: Total,
  width: number,
): { readonly count: string; readonly times: string } {
  const passed = clock(elapsed);
  const left = remaining === undefined ? "" : `${clock(remaining)} left`;
  const forms = [
    {
      count: `${done} of ${of} done`,
      times: left ? `${passed}, about ${left}` : passed,
    },
    {
      count: `${done} of ${of} done`,
      times: left ? `${passed}, ${left}` : passed,
    },
    { count: `${done} of ${of} done`, times: left || passed },
    { count: `${done} of ${of}`, times: left || passed },
  ];
  return forms.find(({ count, times }) =>
    columns(count) + GAP + columns(times) <= width
  ) ?? { count: `${done}/${of}`, times: clock(remaining ?? elapsed) };
}

/** Drops from names what all instances of a stage have in common. */
export function shorten(names: readonly string[]): string[] {
  const parts = names.map((name) => {
    const [, stage = name, inside = ""] = /^([^[]*)\[(.*)\]$/s.exec(name) ?? [];
    return { stage, axes: inside.split(",").filter(Boolean) };
  });
  return parts.map(({ stage, axes }) => {
    const peers = parts.filter((one) => one.stage === stage);
    const telling = peers.length < 2
      ? axes.slice(0, 1)
      : axes.filter((axis) => peers.some((peer) => !peer.axes.includes(axis)));
    return telling.length === 0
      ? stage
      : `${stage} ${
        telling.map((axis) => axis.replace(/^.*=/s, "")).join(" ")
      }`;
  });
}

/** The columns beside the bar, those that are needed most with the highest number. */
function columnsOf(
  running: readonly Running[],
  now: number,
  narrow: boolean,
): Column[] {
  const heard = running.map((one) => one.heard?.event);
  const values = [
    ...new Set(
      heard.flatMap((event) => Object.keys(event?.progress.values ?? {})),
    ),
  ];
  const all: Column[] = [
    {
      key: "percent",
      needed: 2,
      left: false,
      least: "100 %".length,
      cells: heard.map((event) =>
        event ? `${Math.floor(100 * shareOf(event))} %` : ""
      ),
    },
    ...values.map((name, at): Column => ({
      key: `value ${name}`,
      // The last ones tell most: after the step comes what was measured.
      needed: 3 + at,
      left: true,
      least: name.length + 1 +
        (heard.every((event) =>
            Number.isInteger(event?.progress.values?.[name] ?? 0)
          )
          ? "10".length
          : "0.001234".length),
      cells: heard.map((event) => {
        const value = event?.progress.values?.[name];
        return value === undefined ? "" : `${name} ${measured(value)}`;
      }),
    })),
    {
      key: "rate",
      needed: 1,
      left: false,
      least: 0,
      cells: heard.map((event) =>
        event?.rate === undefined ? "" : rate(event.rate, event.progress.unit)
      ),
    },
    {
      key: "cores",
      needed: 0,
      left: false,
      least: 0,
      cells: heard.map((event) =>
        event?.cores === undefined ? "" : `${event.cores} cores`
      ),
    },
    {
      key: narrow ? "time" : "time left",
      needed: 100,
      left: false,
      least: (narrow ? "0:00" : "10:00 left").length,
      cells: running.map((one) => timeOf(one, now, narrow)),
    },
    {
      key: "standing",
      needed: 50,
      left: true,
      least: 0,
      cells: running.map(({ standing }) => standing ?? ""),
    },
  ];
  return all.filter(({ cells }) => cells.some((cell) => cell !== ""));
}

/** How long it still takes, or how long it has taken. */
function timeOf(
  { since, expected, attached, heard }: Running,
  now: number,
  narrow: boolean,
): string {
  const left = heard?.event.remaining;
  const other = attached === undefined || narrow ? "" : ` by ${attached}`;
  if (heard && left !== undefined) {
    const remaining = clock(left - (now - heard.at));
    return narrow ? remaining : `${remaining} left${other}`;
  }
  const elapsed = clock(Math.floor(now - since));
  return expected === undefined || expected < 1 || narrow
    ? elapsed + other
    : `${elapsed} of about ${duration(expected)}${other}`;
}

/** How far an instance is, from 0 to 1. */
export function shareOf({ progress: { done, total } }: Progress): number {
  return Math.max(0, Math.min(1, done / Math.max(1, total)));
}

function barOf(
  { heard }: Running,
  now: number,
  length: number,
  { cyan, dim }: Style,
): string {
  if (heard) {
    const bar = strip(shareOf(heard.event), length);
    const full = bar.replace(/─.*$/, "");
    return cyan(full) + dim(bar.slice(full.length));
  }
  // Nothing is known but that it is alive: a mark that walks.
  const at = Math.floor(now * 4) % length;
  return dim("─".repeat(at)) + cyan("╌") + dim("─".repeat(length - at - 1));
}

/** A bar with half steps. */
function strip(share: number, length: number): string {
  const halves = Math.round(share * length * 2);
  const full = Math.floor(halves / 2);
  const half = halves % 2 === 1 ? "╸" : "";
  return "━".repeat(full) + half + "─".repeat(length - full - half.length);
}

function take(room: Room, key: string, size: number): number {
  const most = Math.max(room.get(key) ?? 0, size);
  room.set(key, most);
  return most;
}
