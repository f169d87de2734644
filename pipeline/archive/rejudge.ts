/** Level 2: every claim judged anew from the archived numbers. */
import type { Json, JsonObject } from "../stage/json.ts";
import type { Judge } from "../project/publication.ts";
import type { Verdict } from "../stage/declaration.ts";
import { readClaims, readJson, readRun } from "./documents.ts";
import { json } from "./derivation.ts";
import { archivePath } from "./layout.ts";
import type { Level } from "./level.ts";
import { partings, partingText } from "./parting.ts";
import { type Container, Refused } from "./container.ts";

/** What level 2 found. */
export function rejudge(container: Container, judge: Judge): Level {
  const findings: string[] = [];
  let seen = "unreadable";
  let open = false;
  try {
    const claims = readClaims(container);
    const run = readRun(container);
    const artifacts: Record<string, Json> = {};
    for (const path of Object.keys(run.artifacts)) {
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
    const recorded = new Map(run.verdicts.map((one) => [one.id, one]));
    for (const one of verdicts) {
      const { id, verdict, sentence, evidence } = one;
      const said = recorded.get(id)?.verdict;
      const numbers = summary(evidence);
      if (said !== verdict) {
        findings.push(
          `${id}: the archive says "${said}", the numbers say ` +
            `"${verdict}" (${numbers}): ${sentence}`,
        );
        continue;
      }
      for (
        const parting of partings(json(recorded.get(id)), json(one))
      ) {
        findings.push(partingText(id, parting, "the numbers give"));
      }
      if (verdict === "fails") {
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
