/** Failures that are the same for many instances: one mistake, told once. */
import type { Outcome } from "../run/event.ts";
import { stageOf } from "./folding.ts";

type Failed = Extract<Outcome, { kind: "failed" }>;

/** What failures that tell the same have in common, whichever instance of a stage they name. */
export function mistake(instance: string, { failure }: Failed): string {
  const { kind, what, seen = "", hint = "" } = failure;
  const stage = stageOf(instance);
  return [stage, kind, what, seen, hint].join("\0")
    .replaceAll(instance, stage);
}
