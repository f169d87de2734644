/** Why an instance runs, in one line of a person's words. */
import type { Decision, Reason } from "../plan/decision.ts";
import type { Change } from "../store/fingerprint.ts";
import type { Json } from "../stage/json.ts";
import { clean } from "../text/visible.ts";

/** How many changes are named before "and n more". */
const NAMED = 3;

/** A reason in words. */
export function describeReason(reason: Reason): string {
  switch (reason.kind) {
    case "first-run":
      return "never run before";
    case "changed":
      return reason.changes.length === 0
        ? "nothing changed, but its record is gone"
        : describeChanges(reason.changes);
    case "result-gone":
      return `its result "${reason.output}" is missing or broken in the store`;
    case "forced":
      return "you asked";
    case "provisional":
      return "its last result was a stand-in";
  }
}

/** A decision in words. */
export function describeDecision(decision: Decision): string {
  switch (decision.kind) {
    case "reuse":
      return "up to date";
    case "restore": {
      const { artifacts } = decision;
      return `puts ${
        listed(artifacts, artifacts.length > 4 ? NAMED : 4)
      } in place`;
    }
    case "run":
      return describeReason(decision.because);
    case "maybe": {
      const names = grouped(decision.upstream);
      return `if ${listed(names)} ${
        decision.upstream.length === 1 ? "gives" : "give"
      } something else`;
    }
  }
}

/**
 * Changes in words, those that a person made first. What belongs together is one
 * phrase: the parts of one module, the two versions of one package, the instances
 * behind one input.
 */
export function describeChanges(changes: readonly Change[]): string {
  const phrases = groups(changes)
    .map(({ key, members }) => describeGroup(key, members));
  return phrases.slice(0, NAMED).join("; ") + more(phrases.length, NAMED);
}

/** The kinds of facts, from those that a person sets to those that come along. */
const ORDER = ["param", "fact", "env", "code", "input", "npm"];

/** Changes of what is one thing to a person. */
interface Group {
  /** `param size`, `code stages/draw/stage.ts`, `npm sharp`, `input curves`. */
  readonly key: string;
  readonly members: readonly Change[];
}

/** Changes by what they are about, those that a person made first. */
export function groups(changes: readonly Change[]): Group[] {
  const rank = (key: string) => {
    const place = ORDER.indexOf(key.split(" ")[0] ?? "");
    return place < 0 ? ORDER.length : place;
  };
  return [...Map.groupBy(changes, ({ fact }) => groupOf(fact))]
    .map(([key, members]) => ({ key, members }))
    .toSorted((a, b) => rank(a.key) - rank(b.key));
}

/** `code a.ts#f` → `code a.ts`; `npm sharp@1.0` → `npm sharp`; `input x[n=1]` → `input x`. */
function groupOf(fact: string): string {
  if (fact.startsWith("code ")) return fact.replace(/(#| \().*$/, "");
  if (fact.startsWith("npm ")) return fact.replace(/(.)@[^@]*$/, "$1");
  if (fact.startsWith("input ")) return fact.replace(/\[.*$/, "");
  return fact;
}

function describeGroup(key: string, changes: readonly Change[]): string {
  const [first] = changes;
  if (changes.length === 1 && first) return describeChange(first);
  if (key.startsWith("npm ")) return `${key}: ${versions(key, changes)}`;
  if (changes.every(({ was }) => was === undefined)) return `${key} is new`;
  if (changes.every(({ now }) => now === undefined)) return `${key} is gone`;
  return key.startsWith("input ")
    ? `input ${key.slice("input ".length)} × ${changes.length} changed`
    : `${key} changed`;
}

/** The versions of a package before and after: `1.0 → 1.1`. */
export function versions(key: string, changes: readonly Change[]): string {
  const of = (side: "was" | "now") =>
    changes.filter((change) => change[side] !== undefined)
      .map(({ fact }) => fact.slice(key.length + 1)).join(", ") || "none";
  const [was, now] = [of("was"), of("now")];
  return was === now ? `${was} differs` : `${was} → ${now}`;
}

function describeChange(change: Change): string {
  const { fact, was, now } = change;
  const text = difference(change);
  if (text === undefined) return `${fact} changed`;
  const values = was !== undefined && now !== undefined;
  return values ? `${fact}: ${text}` : `${fact} ${text}`;
}

/** What became of one fact; `undefined` where its values say nothing to a person. */
export function difference({ was, now }: Change): string | undefined {
  if (was === undefined) return `is new${short(now) ? `: ${show(now)}` : ""}`;
  if (now === undefined) return "is gone";
  return short(was) && short(now) ? `${show(was)} → ${show(now)}` : undefined;
}

/** `draw[size=1]`, `draw[size=2]` → `draw × 2`; one alone keeps its name. */
export function grouped(instances: readonly string[]): string[] {
  const stages = new Map<string, string[]>();
  for (const instance of instances) {
    const stage = instance.replace(/\[.*$/s, "");
    const members = stages.get(stage);
    if (members) members.push(instance);
    else stages.set(stage, [instance]);
  }
  return [...stages].map(([stage, members]) =>
    members.length === 1 ? members[0]! : `${stage} × ${members.length}` // just counted
  );
}

/** The first few of a list, and how many there are besides. */
export function listed(names: readonly string[], most = NAMED): string {
  return names.slice(0, most).join(", ") + more(names.length, most);
}

/** Whether a value says something to a person: digests do not. */
function short(value: Json | undefined): boolean {
  if (value === undefined) return false;
  const text = show(value);
  return text.length <= 40 && !/^sha512-|^[0-9a-f]{40,}$/.test(text);
}

/** A value as it is written in a sentence, in one line. */
export function show(value: Json | undefined): string {
  const text = typeof value === "string" ? value : JSON.stringify(value) ?? "";
  return clean(text).replace(/\s*\n\s*/g, " ").trim();
}

function more(count: number, most: number): string {
  return count > most ? `, and ${count - most} more` : "";
}
