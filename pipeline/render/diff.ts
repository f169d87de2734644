/** Two runs side by side: parameters, metrics, curves, digests. */
import { canonical, type Json } from "../stage/json.ts";
import { counted, measured } from "../text/quantity.ts";
import { show } from "./reason.ts";
import { scaleOf, sparkline } from "./sparkline.ts";
import type { Style } from "../text/style.ts";
import { clip, hang, pad, padLeft, width as columns } from "../text/layout.ts";

/** One of the two runs. */
export interface Side {
  readonly id: string;
  /** The resolved configuration. */
  readonly experiment: Json;
  /** Everything measured, if the run came so far. */
  readonly metrics?: Json;
  /** Curves by name: `size-2 error`. */
  readonly curves: { readonly [name: string]: readonly number[] };
  /** Digests of the artifacts by path. */
  readonly artifacts: { readonly [path: string]: string };
}

/** A value on both sides, by its dotted name. */
interface Pair {
  readonly name: string;
  readonly a: Json | undefined;
  readonly b: Json | undefined;
}

/** What is left of a beginning that two texts share. */
const LEAD = 8;
/** Columns of a curve. */
const CURVE = { least: 10, most: 40 };

/** The lines of the comparison: only what differs, and how much is equal. */
export function diffLines(
  a: Side,
  b: Side,
  width: number,
  style: Style,
): string[] {
  const parameters = pairs(flat(a.experiment), flat(b.experiment));
  const metrics = pairs(flat(a.metrics ?? {}), flat(b.metrics ?? {}));
  const digests = pairs(a.artifacts, b.artifacts);
  const blocks = [
    hang(`${style.bold(a.id)} `, `→ ${b.id}`, width),
    section("Parameters", parameters, width, style, () => ""),
    section("Metrics", metrics.filter(isMeasure), width, style, change),
    curveLines(a, b, width, style),
    artifactLines(digests, width, style),
  ];
  return blocks.filter((block) => block.length > 0)
    .flatMap((block, at) => at === 0 ? block : ["", ...block]);
}

/** Digests within the metrics are compared as artifacts and inputs already. */
function isMeasure({ a, b }: Pair): boolean {
  return ![a, b].some((value) =>
    typeof value === "string" && /^[0-9a-f]{64}$/.test(value)
  );
}

function section(
  title: string,
  all: readonly Pair[],
  width: number,
  { bold, dim, yellow }: Style,
  note: (pair: Pair) => string,
): string[] {
  const different = all.filter((pair) => !same(pair));
  if (different.length === 0) {
    return all.length === 0
      ? []
      : [`${bold(title)}  ${dim(`all ${all.length} are equal`)}`];
  }
  const cells = different.map((pair) => ({
    name: pair.name,
    ...apart(value(pair.a), value(pair.b)),
    note: note(pair),
  }));
  const name = Math.min(
    Math.max(...cells.map((cell) => columns(cell.name))),
    Math.floor(width * 0.5),
  );
  const side = Math.min(
    Math.max(...cells.flatMap(({ was, now }) => [columns(was), columns(now)])),
    Math.max(8, Math.floor((width - name - 9) / 2)),
  );
  const equal = all.length - different.length;
  return [
    bold(title) + (equal > 0 ? `  ${dim(`${equal} more are equal`)}` : ""),
    ...cells.map((cell) =>
      clip(
        `  ${pad(clipLeft(cell.name, name), name)}  ${
          padLeft(clip(cell.was, side), side)
        } → ${pad(clip(cell.now, side), side)}  ${yellow(cell.note)}`,
        width,
      ).trimEnd()
    ),
  ];
}

/** Two long texts from shortly before where they part: the same beginning says nothing. */
function apart(
  was: string,
  now: string,
): { readonly was: string; readonly now: string } {
  let common = 0;
  while (common < was.length && was[common] === now[common]) common++;
  const cut = common - LEAD;
  return cut < LEAD
    ? { was, now }
    : { was: `…${was.slice(cut)}`, now: `…${now.slice(cut)}` };
}

/** By how much a number grew or shrank. */
function change({ a, b }: Pair): string {
  if (typeof a !== "number" || typeof b !== "number" || a === 0) return "";
  const percent = 100 * (b - a) / Math.abs(a);
  const size = Math.abs(percent);
  const text = size >= 1000
    ? `× ${measured(b / a)}`
    : `${percent < 0 ? "−" : "+"}${
      size < 0.1 ? size.toExponential(1) : size.toFixed(1)
    } %`;
  return text;
}

function curveLines(
  a: Side,
  b: Side,
  width: number,
  { bold, dim }: Style,
): string[] {
  const all = [
    ...new Set([...Object.keys(a.curves), ...Object.keys(b.curves)]),
  ].sort().map((name) => ({
    name,
    was: a.curves[name] ?? [],
    now: b.curves[name] ?? [],
  }));
  // A single point is a number, and stands among those.
  const worth = all.filter(({ was, now }) => was.length > 1 || now.length > 1);
  const different = worth.filter(({ was, now }) => was.join() !== now.join());
  const equal = worth.length - different.length;
  if (worth.length === 0) return [];
  if (different.length === 0) {
    return [`${bold("Curves")}  ${dim(`all ${equal} are equal`)}`];
  }
  const name = Math.min(
    Math.max(...different.map(({ name }) => columns(name))),
    Math.floor(width * 0.5),
  );
  const room = Math.max(CURVE.least, Math.min(CURVE.most, width - name - 16));
  const notes = [
    "both of a pair on one scale, then their last values",
    ...(equal > 0 ? [`${equal} more are equal`] : []),
  ];
  return [
    ...hang(`${bold("Curves")}  `, notes.join("; "), width, dim),
    ...different.flatMap(({ name: label, was, now }) => {
      const scale = scaleOf([was, now]);
      const line = (head: string, sign: string, curve: readonly number[]) =>
        clip(
          `  ${pad(clipLeft(head, name), name)}  ${dim(sign)} ${
            pad(
              curve.length === 0 ? "none" : sparkline(curve, room, scale),
              room,
            )
          }  ${curve.length === 0 ? "" : measured(curve.at(-1) ?? NaN)}`,
          width,
        ).trimEnd();
      return [line(label, "−", was), line("", "+", now)];
    }),
  ];
}

/** The end of a dotted name, which tells more than its beginning. */
function clipLeft(name: string, columns: number): string {
  return name.length <= columns
    ? name
    : `…${name.slice(name.length - columns + 1)}`;
}

function artifactLines(
  all: readonly Pair[],
  width: number,
  { bold, dim, cyan }: Style,
): string[] {
  if (all.length === 0) return [];
  const different = all.filter((pair) => !same(pair));
  const equal = all.length - different.length;
  if (different.length === 0) {
    return [`${bold("Artifacts")}  ${dim(`all ${all.length} are equal`)}`];
  }
  const name = Math.min(
    Math.max(...different.map(({ name }) => columns(name))),
    Math.max(16, width - 27),
  );
  const digest = (value: Json | undefined) =>
    typeof value === "string" ? value.slice(0, 8) : "–".padEnd(8);
  return [
    `${bold("Artifacts")}  ${
      dim(`${different.length} differ, ${counted(equal, "is", "are")} equal`)
    }`,
    ...different.map((pair) =>
      `  ${
        cyan(pair.a === undefined ? "+" : pair.b === undefined ? "−" : "≠")
      } ${pad(clip(pair.name, name), name)}  ${digest(pair.a)} → ${
        digest(pair.b)
      }`.trimEnd()
    ),
  ];
}

function same({ a, b }: Pair): boolean {
  return a !== undefined && b !== undefined && canonical(a) === canonical(b);
}

function value(one: Json | undefined): string {
  if (one === undefined) return "–";
  return typeof one === "number" ? measured(one) : show(one);
}

function pairs(
  a: { readonly [name: string]: Json },
  b: { readonly [name: string]: Json },
): Pair[] {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].sort().map((name) => ({ name, a: a[name], b: b[name] }));
}

/** `{ a: { b: 1 } }` as `a.b` → 1; lists of tables by their place, lists of values whole. */
function flat(value: Json, prefix = ""): { [name: string]: Json } {
  if (value === null || typeof value !== "object") return { [prefix]: value };
  const parts: Record<string, Json> = {};
  const join = (key: string) => prefix === "" ? key : `${prefix}.${key}`;
  if (Array.isArray(value)) {
    const tables = value.length > 0 &&
      value.every((one) => one !== null && typeof one === "object");
    if (!tables) return { [prefix]: value };
    value.forEach((one: Json, at) =>
      Object.assign(parts, flat(one, join(String(at + 1))))
    );
    return parts;
  }
  for (const [key, inner] of Object.entries(value)) {
    Object.assign(parts, flat(inner, join(key)));
  }
  return parts;
}
