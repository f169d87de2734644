/** Which instances that certainly run are behind those that wait. */
import type { Planned } from "../plan/decision.ts";

/**
 * For each instance that waits for others: which of those that certainly run
 * are behind it, however far up. Those stand in the plan with their reasons.
 * Instances that wait for the same share one list: a list for each of thousands
 * that wait for thousands would be quadratic.
 */
export function rootsOf(
  plan: readonly Planned[],
): Map<string, readonly string[]> {
  const roots = new Map<string, readonly string[]>();
  const joined = new Map<string, readonly string[]>();
  const numbers = new Map<readonly string[], number>();
  const number = (list: readonly string[]) => {
    const known = numbers.get(list) ?? numbers.size;
    numbers.set(list, known);
    return known;
  };
  // Producers come first in a plan, so what is upstream is known already.
  for (const { instance, decision } of plan) {
    if (decision.kind === "run") roots.set(instance, [instance]);
    if (decision.kind !== "maybe") continue;
    const lists = new Set(
      decision.upstream.flatMap((one) => {
        const list = roots.get(one);
        return list ? [list] : [];
      }),
    );
    const [first] = lists;
    if (!first) roots.set(instance, decision.upstream);
    else if (lists.size === 1) roots.set(instance, first);
    else {
      const key = [...lists].map(number).join();
      const all = joined.get(key) ?? [...new Set([...lists].flat())];
      joined.set(key, all);
      roots.set(instance, all);
    }
  }
  return roots;
}
