/** Why an instance runs, in one line of a person's words. */
import type { Decision, Reason } from "../event.ts";
import type { Change } from "../fingerprint.ts";
import type { Json } from "../json.ts";

/** How many changes are named before "and n more". */
const NAMED = 3;

/** A reason in words. */
export function describeReason(reason: Reason): string {
  switch (reason.kind) {
    case "first-run":
      return "never run before";
    case "changed":
      return describeChanges(reason.changes);
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
    case "restore":
      return `puts ${decision.artifacts.join(", ")} in place`;
    case "run":
      return describeReason(decision.because);
    case "maybe":
      return `if ${decision.upstream.slice(0, NAMED).join(", ")}${
        more(decision.upstream.length)
      } gives something else`;
  }
}

/** Changes in words, those that a person made first. */
export function describeChanges(changes: readonly Change[]): string {
  if (changes.length === 0) return "nothing changed, but its record is gone";
  const order = ["param", "fact", "code", "input", "npm"];
  const rank = ({ fact }: Change) => {
    const place = order.indexOf(fact.split(" ")[0]!);
    return place < 0 ? order.length : place;
  };
  const sorted = changes.toSorted((a, b) => rank(a) - rank(b));
  return sorted.slice(0, NAMED).map(describeChange).join("; ") +
    more(changes.length);
}

/** One change in words: values where they are short, else that it changed. */
export function describeChange({ fact, was, now }: Change): string {
  if (was === undefined) {
    return `${fact} is new${short(now) ? `: ${show(now)}` : ""}`;
  }
  if (now === undefined) return `${fact} is gone`;
  return short(was) && short(now)
    ? `${fact}: ${show(was)} → ${show(now)}`
    : `${fact} changed`;
}

/** Whether a value says something to a person: digests do not. */
function short(value: Json | undefined): boolean {
  if (value === undefined) return false;
  const text = show(value);
  return text.length <= 40 && !/^sha512-|^[0-9a-f]{40,}$/.test(text);
}

function show(value: Json | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value) ?? "";
}

function more(count: number): string {
  return count > NAMED ? `, and ${count - NAMED} more` : "";
}
