/**
 * Which stages are worth a check of their types before they run. A mistake that a
 * stage of minutes trips over at its end costs these minutes; the check costs three
 * seconds, and more than all of a quick run.
 */
import { Failed } from "../failure.ts";
import type { Plan } from "../plan/plan.ts";
import type { Decided } from "../plan/decide.ts";
import type { Report } from "../run/event.ts";
import { predicted } from "../run/run.ts";
import type { Cores } from "../run/schedule.ts";

/** A run that is predicted to take less, in seconds, is its own check. */
const LONG = 30;

/** Checks the types of stages whose code has changed, before a run that takes long; a mistake is thrown. */
export async function checkSuspects(
  plan: Plan,
  cores: Cores,
  root: string,
  report: Report,
): Promise<void> {
  if (plan.current) return;
  const modules = suspects(plan, predicted(plan, cores).seconds);
  if (modules.length === 0) return;
  report({ kind: "checking", modules });
  const { checkTypes } = await import("../code/types.ts");
  const failure = await checkTypes(root, modules);
  if (failure) throw new Failed(failure);
}

/**
 * The modules whose code has changed since they last ran, of a run that takes long or
 * nobody knows how long. Code that never ran is among them only where other stages
 * did: in a fresh copy everything is new, and was checked by whoever published it.
 */
function suspects(
  { graph, decided }: Plan,
  seconds: number | undefined,
): string[] {
  if (seconds !== undefined && seconds < LONG) return [];
  const fresh = Array.from(decided.values()).every(isNew);
  const found = graph.instances.flatMap(({ id, declaration: { runs } }) => {
    const one = decided.get(id);
    return one && runs.kind === "module" && /\.[cm]?tsx?$/.test(runs.module) &&
        (isEdited(one) || isNew(one) && !fresh)
      ? [runs.module]
      : [];
  });
  return [...new Set(found)].sort();
}

function isEdited({ decision }: Decided): boolean {
  return decision.kind === "run" && decision.because.kind === "changed" &&
    decision.because.changes.some(({ fact }) => fact.startsWith("code "));
}

/** Whether not even another instance of the stage ever ran. */
function isNew({ decision, nearest }: Decided): boolean {
  return decision.kind === "run" && decision.because.kind === "first-run" &&
    nearest === undefined;
}
