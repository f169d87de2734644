/** `claims.json`: the claims, what became of them, and how to check them. */
import { canonicalPretty, type Json } from "../stage/json.ts";
import { archivePath } from "./layout.ts";
import { peakMemory, type Release, totalSeconds } from "./release.ts";

/** The text. */
export function claimsFile(release: Release): string {
  const { publication, run } = release;
  const definitions = new Map(
    publication.claims.map((claim) => [
      String((claim as { id?: Json } | null)?.id),
      claim,
    ]),
  );
  return canonicalPretty({
    metrics: publication.metrics === undefined
      ? null
      : archivePath(publication.metrics),
    claims: run.verdicts.map(({ id, sentence, verdict, evidence }) => ({
      id,
      sentence,
      verdict,
      evidence,
      claim: definitions.get(id) ?? null,
      check: {
        command: "node verify.mjs .",
        remake: "cd code && deno task reproduce",
        remake_seconds: Math.round(totalSeconds(release)),
        memory_mib: peakMemory(release),
      },
    })),
  });
}
