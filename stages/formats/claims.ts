/**
 * claims.json, an artifact: the paper's claims and what became of them. `claims`
 * writes it; the report, the engine (as `Verdict`) and an archive's verifier
 * read it.
 */
import * as v from "valibot";

export const ClaimsSchema = v.array(v.object({
  id: v.string(),
  sentence: v.string(),
  /** Where it stands in the paper. */
  where: v.string(),
  verdict: v.picklist(["holds", "fails", "not judged"]),
  evidence: v.object({
    summary: v.string(),
    /** The check, on one line. */
    expression: v.string(),
    /** What the word `tolerance` stands for in it. */
    tolerance: v.exactOptional(v.number()),
    /** By seed: what the check gave, or because of what there was none. */
    seeds: v.record(
      v.string(),
      v.object({
        holds: v.exactOptional(v.boolean()),
        /** Every number that it rests on, by its text, with 6 significant digits. */
        values: v.exactOptional(v.record(v.string(), v.number())),
        /** The comparisons that are not true. */
        untrue: v.exactOptional(v.array(v.string())),
        because: v.exactOptional(v.string()),
      }),
    ),
    seeds_judged: v.number(),
    seeds_holding: v.number(),
  }),
}));

/** A claim and what became of it. */
export type Judgement = v.InferOutput<typeof ClaimsSchema>[number];
