/**
 * What an archive of a paper of one's own is judged by, part of its verifier. What
 * it is given may be of any form, and the engine reports what goes wrong here.
 */
import { parse } from "smol-toml";
import * as v from "valibot";
import type { Json } from "../../pipeline/stage/json.ts";
import { concludeAll, measurementsOf } from "../claims/conclusion.ts";
import type { Claim } from "../claims/judge.ts";
import type { Judgement } from "../formats/claims.ts";
import { quoteFindings } from "../quotes/findings.ts";

/** The verdicts on claims from the artifacts by path. */
export function verdicts(
  claims: readonly Json[],
  artifacts: { readonly [path: string]: Json },
): Judgement[] {
  return concludeAll(
    claims as unknown as readonly Claim[],
    measurementsOf(artifacts["metrics.json"] as never),
  );
}

/** A sentence for each number that a text quotes and that was not measured. */
export function findings(
  { experiment }: { readonly experiment: Json },
  read: (path: string) => Uint8Array,
  source: (path: string) => Uint8Array,
): string[] {
  const metrics = JSON.parse(new TextDecoder().decode(read("metrics.json")));
  return quoteFindings(experiment, measurementsOf(metrics), source);
}

/** The configuration that the sources have. Throws if the text is none. */
export function configured(
  schema: v.GenericSchema,
  read: (source: string) => Uint8Array,
): Json {
  const text = new TextDecoder("utf-8", { fatal: true })
    .decode(read("experiment.toml"));
  // Where something runs or comes from, and a profile, are no part of the experiment.
  const { profile: _, executor: __, cache: ___, ...document } = parse(text);
  return v.parse(schema, document) as Json;
}
