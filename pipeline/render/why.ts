/** The facts of an instance as tables, what changed first. */
import type { Decision } from "../plan/decision.ts";
import { type Change, changes, type Facts } from "../store/fingerprint.ts";
import type { Json } from "../stage/json.ts";
import { counted, duration } from "../text/quantity.ts";
import {
  describeDecision,
  difference,
  groups,
  listed,
  show,
  versions,
} from "./reason.ts";
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

/** An instance, what is to be done about it, and what it was made from the last time. */
export interface Explanation {
  readonly instance: string;
  readonly decision: Decision;
  readonly facts: Facts;
  readonly last?: {
    readonly facts: Facts;
    readonly made: string;
    readonly seconds: number;
    readonly wall: string;
    /** The archive that it was restored from. */
    readonly from?: { readonly archive: string };
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
  ["code", "code"],
  ["npm", "packages"],
  ["output", "outputs"],
  ["", "program and machine"],
];

/** Of these there are many, and their digests say little: counted while equal. */
const MANY = ["code", "npm"];

/** The answer in the first line, then what changed, then all other facts by kind. */
export function whyLines(
  { instance, decision, facts, last }: Explanation,
  style: Style,
  { all = false, width = COLUMNS }: WhyView = {},
): string[] {
  const { bold, dim, yellow } = style;
  const { paint } = DECISIONS[decision.kind];
  const verb = {
    reuse: "is reused",
    restore: "is restored",
    run: "will run",
    maybe: "may run",
  }[decision.kind];
  const lines = hang(
    `${bold(instance)} ${style[paint](verb)}: `,
    describeDecision(decision),
    width,
  );
  if (last) {
    const when = solid(`${last.made.slice(0, 16).replace("T", " ")} UTC`);
    lines.push(
      ...wrap(
        `last made ${when} in ${
          solid(duration(last.seconds))
        }, contained by ${last.wall}`,
        width,
      ).map(dim),
    );
    if (last.from) {
      const { archive } = last.from;
      lines.push(
        ...wrap(
          `not made here: from the archive ${solid(archive)}, which says so`,
          width,
        ).map(yellow),
      );
    }
  }
  const changed = last ? changes(last.facts, facts) : [];
  if (changed.length > 0) {
    const view = { all, width };
    lines.push(
      "",
      bold("changed"),
      ...changeLines(changed, decision, view, style),
    );
  }
  const names = new Set(changed.map(({ fact }) => fact));
  const equal = Object.entries(facts).filter(([fact]) => !names.has(fact));
  const title = !last
    ? "facts"
    : changed.length > 0
    ? "as the last time"
    : "all facts, as the last time";
  if (equal.length > 0) {
    lines.push("", bold(title), ...factLines(equal, all, width, style));
  }
  return lines;
}

function changeLines(
  changed: readonly Change[],
  decision: Decision,
  { all, width }: { readonly all: boolean; readonly width: number },
  { cyan }: Style,
): string[] {
  const rows = groups(changed).flatMap(({ key, members }) =>
    all || members.length === 1
      ? members.map((change) => [change.fact, became(change, decision)])
      : [[key, together(key, members, decision)]]
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
  decision: Decision,
): string {
  if (key.startsWith("npm ")) return versions(key, members);
  if (key.startsWith("code ")) {
    const parts = members.map(({ fact }) =>
      fact.slice(key.length).replace(/^#/, "").trim() || "all of it"
    );
    return `${counted(parts.length, "part")}: ${listed(parts, 4)}`;
  }
  const differences = new Set(
    members.map((change) => became(change, decision)),
  );
  const [only] = differences;
  const verdict = differences.size === 1 && only?.startsWith("is ")
    ? only.replace(/^is/, "are")
    : "differ";
  return `${members.length} ${verdict}`;
}

/** What became of one fact; of digests what suffices to tell them apart. */
function became(change: Change, decision: Decision): string {
  const { fact, was = "", now } = change;
  const pending = decision.kind !== "reuse" && fact.startsWith("input ");
  if (now === undefined && pending) return "is still to be made";
  return difference(change) ?? `${digest(was)} → ${digest(now ?? "")}`;
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
