/** What the figures' captions may not say. */
import type { Performance } from "../rig/experiments.ts";
import { slips } from "./slips.ts";

/** What is wrong in the captions, a line each. */
export function figures(performance: Performance): string[] {
  return performance.artifacts.filter((name) => name.endsWith(".tex"))
    .flatMap((name) =>
      slips(performance.text(name)).map((slip) => `${name}: ${slip}`)
    );
}
