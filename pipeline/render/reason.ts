/** Why an instance runs, in one line of a person's words. */
import type { Decision, Planned, Reason } from "../plan/decision.ts";
import type { Change } from "../store/fingerprint.ts";
import type { Json } from "../stage/json.ts";
import type { CacheOrigin } from "../store/record.ts";
import { type Group, groups } from "./groups.ts";
import { counted, duration, roughly } from "../text/quantity.ts";
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
    case "recheck":
      return `checks what ${clean(reason.who)} gave to the cache`;
    case "provisional":
      return "its last result was a stand-in";
  }
}

/** Where an instance goes on that has a checkpoint: `continues at 10 of 20 steps`. */
export function describeContinuation(
  { along, position, end }: NonNullable<Planned["continues"]>,
): string {
  return `continues at ${position} of ${end} ${along}`;
}

/** A predicted time: `1 min 15 s` where the same ran before, `about 2 min` where not. */
export function predicted(seconds: number, about: boolean): string {
  if (!about) return duration(seconds);
  return `about ${seconds < 9.95 ? duration(seconds) : roughly(seconds)}`;
}

/** Who made a result, when and where, as a cache says: `ann@host, 2026-11-23, linux x86_64`. */
export function maker(
  { who, made, where }: Pick<CacheOrigin, "who" | "made" | "where">,
): string {
  return [who, made.slice(0, 10), where].map(clean).join(", ");
}

/** A decision in words. */
export function describeDecision(decision: Decision): string {
  switch (decision.kind) {
    case "reuse":
      return "up to date";
    case "restore": {
      const { artifacts, from } = decision;
      if (from) return `from cache (${maker(from)})`;
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
  const all = groups(changes);
  const keys = new Set(all.map(({ key }) => key));
  const phrases = all
    // That what comes and goes has its place in an order says nothing more.
    .filter(({ key }) =>
      !key.startsWith("order ") || !keys.has(key.replace(/^order /, "input "))
    )
    .map(describeGroup);
  const rest = phrases.length - NAMED;
  return [...phrases.slice(0, NAMED), ...(rest > 0 ? [`and ${rest} more`] : [])]
    .join("; ");
}

function describeGroup({ key, members: changes, to }: Group): string {
  if (to !== undefined) return `${key} is now ${to}`;
  const [first] = changes;
  if (changes.length === 1 && first) return describeChange(first);
  if (key.startsWith("npm ")) return `${key}: ${versions(key, changes)}`;
  return key + amounts(key, changes);
}

/** How many of what is one thing are new, gone or others: `2 changed, 1 is new`. */
export function amounts(key: string, changes: readonly Change[]): string {
  const isCode = key.startsWith("code ");
  const fresh = changes.filter(({ was }) => was === undefined).length;
  const gone =
    changes.filter((one) => one.was !== undefined && one.now === undefined)
      .length;
  const others = changes.length - fresh - gone;
  // Parts of a module come and go with any edit.
  if (isCode && (others > 0 || fresh > 0 && gone > 0)) return " changed";
  const counts = [
    [others, "changed", "changed"],
    [fresh, "is new", "are new"],
    [gone, "is gone", "are gone"],
  ] as const;
  return ": " + counts.filter(([count]) => count > 0)
    .map(([count, one, many]) =>
      `${isCode ? counted(count, "part") : count} ${count === 1 ? one : many}`
    ).join(", ");
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
  if (fact.startsWith("order ")) {
    return `input ${fact.slice("order ".length)} in another order`;
  }
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
  if (value === null) return "not set";
  const text = typeof value === "string" ? value : JSON.stringify(value) ?? "";
  return clean(text).replace(/\s*\n\s*/g, " ").trim();
}

function more(count: number, most: number): string {
  return count > most ? `, and ${count - most} more` : "";
}
