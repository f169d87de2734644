/** The facts of an instance as tables, what changed first. */
import type { Planned } from "../plan/decision.ts";
import { type Change, changes, type Facts } from "../store/fingerprint.ts";
import type { Json } from "../stage/json.ts";
import type { Origin } from "../store/record.ts";
import { counted, duration } from "../text/quantity.ts";
import {
  amounts,
  describeContinuation,
  describeDecision,
  difference,
  listed,
  maker,
  predicted,
  show,
  versions,
} from "./reason.ts";
import { groups } from "./groups.ts";
import type { Style } from "../text/style.ts";
import {
  clip,
  hang,
  pad,
  solid,
  width as columns,
  wrap,
} from "../text/layout.ts";
import { DECISIONS } from "./words.ts";

/** An instance, what is to be done about it, and the record that it is compared with. */
export interface Explanation extends Omit<Planned, "stage" | "title"> {
  readonly facts: Facts;
  /** The facts that are not there yet: of inputs that are still to be made. */
  readonly pending: readonly string[];
  /** Its own record, or the nearest of the earlier ones. */
  readonly nearest?: {
    /** Another one, where this one never ran. */
    readonly instance: string;
    readonly facts: Facts;
    readonly made: string;
    readonly seconds: number;
    /** The part of it that was left to do, if not all. */
    readonly share?: number;
    readonly wall: string;
    /** Where it comes from, if it was not made here. */
    readonly from?: Origin;
    /** It is not the last one that the instance had. */
    readonly older: boolean;
  };
}

/** How facts are shown. */
interface WhyView {
  /** Every fact in a line of its own, where else those of a kind are counted. */
  readonly all?: boolean;
  /** Columns to be filled at most. */
  readonly width?: number;
}

/** How wide a table is where nobody says. */
const COLUMNS = 100;

/** Kinds of facts, in the order of the tables, and what they are called. */
const KINDS: readonly (readonly [prefix: string, title: string])[] = [
  ["at", "place in the matrix"],
  ["param", "parameters"],
  ["fact", "declared facts"],
  ["env", "environment"],
  ["input", "inputs"],
  ["order", "order of inputs"],
  ["code", "code"],
  ["npm", "packages"],
  ["output", "outputs"],
  ["", "program and machine"],
];

/** Of these there are many, and their digests say little: counted while equal. */
const MANY = ["code", "npm"];

/** The answer in the first line, then what changed, then all other facts by kind. */
export function whyLines(
  explanation: Explanation,
  style: Style,
  { all = false, width = COLUMNS }: WhyView = {},
): string[] {
  const { instance, decision, facts, nearest, pending } = explanation;
  const { bold } = style;
  const { paint } = DECISIONS[decision.kind];
  const verb = {
    reuse: "is reused",
    restore: "is restored",
    run: "will run",
    maybe: "may run",
  }[decision.kind];
  const changed = nearest
    ? [
      ...changes(nearest.facts, facts),
      ...pending.filter((fact) => nearest.facts[fact] === undefined)
        .map((fact) => ({ fact, was: undefined, now: undefined })),
    ]
    : [];
  const lines = [
    ...hang(
      `${bold(instance)} ${style[paint](verb)}: `,
      describeDecision(decision),
      width,
    ),
    ...predictionLines(explanation, width, style),
    ...recordLines(explanation, width, style),
  ];
  const own = nearest?.instance === instance;
  const waiting = new Set(pending);
  const certain = changed.filter(({ fact, was }) =>
    !waiting.has(fact) || was === undefined
  );
  const block = (title: string, some: readonly Change[]) => {
    if (some.length === 0) return;
    const rows = changeLines(some, waiting, { all, width }, style);
    lines.push("", bold(title), ...rows);
  };
  block(own ? "changed" : `different from ${nearest?.instance}`, certain);
  block("not known yet", changed.filter((one) => !certain.includes(one)));
  const names = new Set(changed.map(({ fact }) => fact));
  const equal = Object.entries(facts).filter(([fact]) => !names.has(fact));
  const title = !nearest
    ? "facts"
    : changed.length === 0
    ? "all facts, as then"
    : own
    ? "as then"
    : `as in ${nearest.instance}`;
  if (equal.length > 0) {
    lines.push("", bold(title), ...factLines(equal, all, width, style));
  }
  return lines;
}

/** Where it goes on, and how long it will take. */
function predictionLines(
  { decision, seconds, about, continues }: Explanation,
  width: number,
  { dim }: Style,
): string[] {
  if (decision.kind !== "run" && decision.kind !== "maybe") return [];
  const time = seconds === undefined
    ? "its time is unknown"
    : `predicted time: ${solid(predicted(seconds, about ?? false))}`;
  const from = continues ? `${describeContinuation(continues)}; ` : "";
  return wrap(`${from}${time}`, width).map(dim);
}

/** The record that it is compared with. */
function recordLines(
  { instance, decision, nearest }: Explanation,
  width: number,
  { dim, yellow }: Style,
): string[] {
  if (!nearest) return [];
  const { made, seconds, share, wall, from, older } = nearest;
  const when = solid(`${made.slice(0, 16).replace("T", " ")} UTC`);
  const rest = share === undefined || share >= 1
    ? ""
    : ` (of which ${solid(`${Math.round(100 * share)} %`)} was left to do)`;
  const how = `made ${when} in ${
    solid(duration(seconds))
  }${rest}, contained by ${wall}`;
  const whose = nearest.instance !== instance
    ? `compared with ${nearest.instance}, `
    : decision.kind === "reuse" || decision.kind === "restore"
    ? ""
    : older
    ? "compared with the nearest of its earlier records, "
    : "compared with its last record, ";
  return [
    ...wrap(whose + how, width).map(dim),
    ...(from
      ? wrap(
        "archive" in from
          ? `not made here: from the archive ${
            solid(from.archive)
          }, which says so`
          : `not made here: from the cache ${from.cache} (${maker(from)}${
            from.key === undefined ? "" : `, signed by ${solid(from.key)}`
          })`,
        width,
      ).map(yellow)
      : []),
  ];
}

function changeLines(
  changed: readonly Change[],
  pending: ReadonlySet<string>,
  { all, width }: { readonly all: boolean; readonly width: number },
  { cyan }: Style,
): string[] {
  const rows = groups(changed).flatMap(({ key, members, to }) =>
    to !== undefined && !all
      ? [[key, `is now ${to}`]]
      : all || members.length === 1
      ? members.map((change) => [change.fact, became(change, pending)])
      : [[key, together(key, members, pending)]]
  );
  const name = nameWidth(rows.map(([fact = ""]) => fact), width);
  return rows.flatMap(([fact = "", text = ""]) =>
    hang(`  ${cyan("≠")} ${pad(clip(fact, name), name)}  `, text, width)
  );
}

/** What became of several facts that are one thing to a person. */
function together(
  key: string,
  members: readonly Change[],
  pending: ReadonlySet<string>,
): string {
  if (key.startsWith("npm ")) return versions(key, members);
  if (key.startsWith("code ")) {
    const parts = members.map(({ fact }) =>
      fact.slice(key.length).replace(/^#/, "").trim() || "all of it"
    );
    return `${counted(parts.length, "part")}: ${listed(parts, 4)}`;
  }
  const differences = new Set(
    members.map((change) => became(change, pending)),
  );
  const [only] = differences;
  return differences.size === 1 && only?.startsWith("is ")
    ? `${members.length} ${only.replace(/^is/, "are")}`
    : amounts(key, members).replace(/^: /, "");
}

/** What became of one fact; of digests what suffices to tell them apart. */
function became(change: Change, pending: ReadonlySet<string>): string {
  const { fact, was, now } = change;
  if (pending.has(fact)) {
    return was === undefined ? "is new" : "is still to be made";
  }
  if (fact.startsWith("order ")) return "is another one";
  return difference(change) ?? `${digest(was ?? "")} → ${digest(now ?? "")}`;
}

function factLines(
  facts: readonly (readonly [fact: string, value: Json])[],
  all: boolean,
  width: number,
  { dim }: Style,
): string[] {
  const kinds = new Map(
    KINDS.map(([prefix]) => [prefix, [] as [string, Json][]]),
  );
  for (const [fact, value] of facts) {
    const space = fact.indexOf(" ");
    const prefix = space < 0 ? "" : fact.slice(0, space);
    const known = kinds.get(prefix);
    if (known) known.push([space < 0 ? fact : fact.slice(space + 1), value]);
    else kinds.get("")?.push([fact, value]);
  }
  const rows: (readonly [kind: string, name: string, value: string])[] = [];
  for (const [prefix, title] of KINDS) {
    const members = (kinds.get(prefix) ?? []).toSorted(([a], [b]) =>
      a < b ? -1 : 1
    );
    if (MANY.includes(prefix) && !all && members.length > 0) {
      rows.push([title, counts(prefix, members.map(([name]) => name)), ""]);
    } else {
      members.forEach(([name, value], at) =>
        rows.push([at === 0 ? title : "", name, digest(value)])
      );
    }
  }
  const kind = Math.max(...rows.map(([kind]) => columns(kind)));
  const name = nameWidth(
    rows.filter(([, , value]) => value !== "").map(([, name]) => name),
    width - kind - 2,
  );
  return rows.flatMap(([title, label, value]) =>
    value === "" ? hang(`  ${pad(title, kind)}  `, label, width) : [
      clip(
        `  ${pad(title, kind)}  ${pad(clip(label, name), name)}  ${dim(value)}`,
        width,
      ),
    ]
  );
}

/** `44 parts of 21 modules`, `86 packages`. */
function counts(prefix: string, names: readonly string[]): string {
  if (prefix === "npm") return counted(names.length, "package");
  const modules = new Set(names.map((name) => name.replace(/(#| \().*$/, "")));
  return `${counted(names.length, "part")} of ${
    counted(modules.size, "module")
  }`;
}

function nameWidth(names: readonly string[], width: number): number {
  return Math.min(
    Math.max(0, ...names.map(columns)),
    Math.max(12, Math.floor(width * 0.55)),
  );
}

/** A value; of a digest what suffices to tell it from another. */
function digest(value: Json): string {
  const text = show(value);
  const [, plain] = /^(?:sha512-)?([\w+/=]{40,})$/.exec(text) ?? [];
  return plain === undefined ? text : `${plain.slice(0, 12)}…`;
}
