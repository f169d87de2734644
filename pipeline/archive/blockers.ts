/** Which run an archive is of, and what keeps it from being published. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ok, type Result } from "../failure.ts";
import type { Opened } from "../plan/open.ts";
import { comparePresent } from "../history/candidate.ts";
import { LOCK, type Lock, readPublished } from "../published/lock.ts";
import type { Publication } from "../project/publication.ts";
import { comparisonLines } from "../render/comparison.ts";
import { style } from "../text/style.ts";

/**
 * The published run, if the present one is it bit for bit: so the archive is the
 * same whoever makes it, times of the run included. Otherwise the present run,
 * and a word about that.
 */
export function publishedRun(
  opened: Opened,
  present: Lock,
  publication: Publication,
): Result<{ run: Lock; missing: readonly string[] }> {
  const lock = readPublished(join(opened.root, LOCK));
  if (!lock.ok) return lock;
  if (!lock.value) {
    return ok({
      run: present,
      missing: [`${LOCK}: publish the run first, deno task publish`],
    });
  }
  const comparison = comparePresent(lock.value, opened, present, publication);
  if (
    comparison.kind === "identical" &&
    Object.entries(present.instances).every(([id, { fingerprint }]) =>
      lock.value?.instances[id]?.fingerprint === fingerprint
    )
  ) return ok({ run: lock.value, missing: [] });
  const why = comparison.kind === "identical"
    ? "the code has changed since, though not the results"
    : comparisonLines(comparison, style(false)).join("\n");
  return ok({
    run: present,
    missing: [`this run is not the published one: ${why}\ndeno task publish`],
  });
}

/** What keeps a publication from being one, each with what to add. */
export function blockers(
  root: string,
  { authors, license, title, datasets }: Publication,
  { verdicts }: Lock,
): string[] {
  const missing: string[] = [];
  if (title.trim() === "") {
    missing.push('a title; add to [paper] in experiment.toml: title = "…"');
  }
  if (authors.length === 0) {
    missing.push(
      "an author; add to experiment.toml:\n" +
        '[[authors]]\ngiven = "…"\nfamily = "…"\naffiliation = "…"\norcid = "…"\n' +
        'or, of an organisation: name = "…"',
    );
  }
  if (license.trim() === "") {
    missing.push(
      'a licence; add to [paper] in experiment.toml: license = "MIT"',
    );
  } else if (!existsSync(join(root, "LICENSE"))) {
    missing.push(`the text of the licence ${license}, in a file LICENSE`);
  }
  for (const { name, files } of datasets) {
    if (files.some(({ urls }) => urls.length === 0)) {
      missing.push(
        `an address where ${name} can be had; add it to the mirrors`,
      );
    }
  }
  for (const { id, verdict } of verdicts) {
    if (verdict !== "holds") {
      missing.push(`proof of the claim ${id}: ${verdict}`);
    }
  }
  return missing;
}
