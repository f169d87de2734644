/** Level 2: every claim judged anew from the archived numbers. */
import type { Json, JsonObject } from "../stage/json.ts";
import type { Judge } from "../project/publication.ts";
import type { Verdict } from "../stage/declaration.ts";
import { readClaims, readJson, readRun } from "./documents.ts";
import { archivePath } from "./layout.ts";
import type { Level } from "./level.ts";
import { type Container, Refused } from "./container.ts";

/** What level 2 found. */
export function rejudge(container: Container, judge: Judge): Level {
  const findings: string[] = [];
  let seen = "unreadable";
  let open = false;
  try {
    const claims = readClaims(container);
    const artifacts: Record<string, Json> = {};
    for (const path of Object.keys(readRun(container).artifacts)) {
      if (path.endsWith(".json")) {
        artifacts[path] = readJson(container, archivePath(path));
      }
    }
    let verdicts: readonly Verdict[];
    try {
      verdicts = judge.verdicts(claims.map(({ claim }) => claim), artifacts);
    } catch (error) {
      // The judge is code about trusted numbers; these are a stranger's.
      throw new Refused(
        `the claims cannot be judged: ${
          error instanceof Error ? error.message : String(error)
        }`,
      );
    }
    for (const { id, verdict, sentence, evidence } of verdicts) {
      const said = claims.find((claim) => claim.id === id)?.verdict;
      const numbers = summary(evidence);
      if (said !== verdict) {
        findings.push(
          `${id}: the archive says "${said}", the numbers say ` +
            `"${verdict}" (${numbers}): ${sentence}`,
        );
      } else if (verdict === "fails") {
        findings.push(`${id} fails (${numbers}): ${sentence}`);
      } else if (verdict === "not judged") {
        open = true;
      }
    }
    for (const { id } of claims) {
      if (!verdicts.some((one) => one.id === id)) {
        findings.push(`${id} was not judged`);
      }
    }
    const count = (wanted: string) =>
      verdicts.filter(({ verdict }) => verdict === wanted).length;
    seen = `${count("holds")} of ${verdicts.length} claims hold`;
    if (findings.length === 0 && open) {
      return {
        level: 2,
        answer: "open",
        seen,
        findings: verdicts.filter(({ verdict }) => verdict === "not judged")
          .map(({ id, evidence }) => `${id}: ${summary(evidence)}`),
      };
    }
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    findings.push(error.message);
  }
  const answer = findings.length === 0 ? "yes" : "no";
  return { level: 2, answer, seen, findings };
}

function summary({ summary }: JsonObject): string {
  return typeof summary === "string" ? summary : "";
}
