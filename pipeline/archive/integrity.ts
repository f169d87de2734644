/**
 * Level 0: every byte against the manifest, in both directions. What running the
 * archive's code left in a folder is named and not judged.
 */
import { createHash } from "node:crypto";
import type { Level } from "./level.ts";
import { MANIFEST, parseManifest } from "./manifest.ts";
import { type Container, Refused } from "./container.ts";

/** What level 0 found, with the digest of the manifest: the archive's name for itself. */
export function integrity(
  container: Container,
): { readonly level: Level; readonly root: string } {
  const findings: string[] = [];
  const present = new Map(
    container.members.map(({ name, size }) => [name, size]),
  );
  const result = (seen: string, root: string) => ({
    root,
    level: {
      level: 0,
      answer: findings.length === 0 ? "yes" : "no",
      seen,
      findings: [
        ...findings,
        ...container.later.map((name) =>
          `LATER ${name}: left by a run, not of the archive, not judged`
        ),
      ],
    } as const,
  });
  if (!present.has(MANIFEST)) {
    findings.push(`MISSING ${MANIFEST}`);
    return result("there is no manifest", "");
  }
  let bytes: Uint8Array;
  try {
    bytes = container.read(MANIFEST);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    findings.push(`CHANGED ${MANIFEST}: ${error.message}`);
    return result("the manifest is broken", "");
  }
  const root = createHash("sha256").update(bytes).digest("hex");
  const manifest = parseManifest(new TextDecoder().decode(bytes));
  if (typeof manifest === "string") {
    findings.push(`CHANGED ${MANIFEST}: ${manifest}`);
    return result("the manifest is broken", root);
  }
  let total = 0;
  for (const [name, digest] of manifest) {
    const size = present.get(name);
    if (size === undefined) {
      findings.push(`MISSING ${name}`);
      continue;
    }
    total += size;
    let found: string;
    try {
      found = container.digest(name);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      found = error.message;
    }
    if (found !== digest) findings.push(`CHANGED ${name}`);
  }
  for (const name of present.keys()) {
    if (name !== MANIFEST && !manifest.has(name)) {
      findings.push(`EXTRA ${name}`);
    }
  }
  const seen = `${manifest.size} files, ${(total / 1e6).toFixed(1)} MB`;
  return result(seen, root);
}
