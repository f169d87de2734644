/** The facts of an instance as a table, what changed first. */
import type { Decision } from "../event.ts";
import { changes, type Facts } from "../fingerprint.ts";
import type { Json } from "../json.ts";
import { duration } from "./quantity.ts";
import { describeChange, describeDecision } from "./reason.ts";
import type { Style } from "./style.ts";

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
  };
}

/** The answer in the first line, then what changed, then all facts. */
export function whyLines(
  { instance, decision, facts, last }: Explanation,
  { bold, cyan, dim }: Style,
): string[] {
  const verb = {
    reuse: "is reused",
    restore: "is restored",
    run: "will run",
    maybe: "may run",
  }[decision.kind];
  const lines = [`${bold(instance)} ${verb}: ${describeDecision(decision)}`];
  if (last) {
    lines.push(dim(
      `last made ${last.made.slice(0, 16).replace("T", " ")} UTC in ${
        duration(last.seconds)
      }, contained by ${last.wall}`,
    ));
  }
  const changed = last ? changes(last.facts, facts) : [];
  for (const change of changed) {
    const pending = decision.kind !== "reuse" &&
      change.fact.startsWith("input ") &&
      change.now === undefined;
    lines.push(
      `  ${cyan("≠")} ${
        pending ? `${change.fact} is still to be made` : describeChange(change)
      }`,
    );
  }
  const names = Object.keys(facts).filter((fact) =>
    !changed.some((change) => change.fact === fact)
  ).sort();
  const width = Math.max(0, ...names.map((name) => name.length));
  for (const name of names) {
    lines.push(
      `  ${last ? "=" : " "} ${name.padEnd(width)}  ${dim(show(facts[name]!))}`,
    );
  }
  return lines;
}

function show(value: Json): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return /^sha512-|^[0-9a-f]{64}$/.test(text) ? text.slice(0, 19) + "…" : text;
}
