/** The present results as a lock, if they are all up to date and real. */
import { readFileSync } from "node:fs";
import { fail, Failed, ok, type Result } from "../failure.ts";
import { machine } from "./runs.ts";
import type { Json } from "../stage/json.ts";
import { Plan } from "../plan/plan.ts";
import type { Opened } from "../plan/open.ts";
import { counted } from "../text/quantity.ts";
import type { Verdict } from "../stage/declaration.ts";
import { composeLock, type Lock } from "../published/lock.ts";
import type { Publication } from "../project/publication.ts";

/** The publication of a project, if it says what it is. */
export function publicationOf({ publication }: Opened): Publication {
  if (publication) return publication;
  throw new Failed({
    kind: "no-publication",
    what: "Cannot publish this project",
    seen: "it says nothing about a paper, its authors and its licence",
  });
}

/**
 * The present run as a lock: every instance up to date, on real data. Every
 * object and artifact has just been checked by the plan.
 */
export function presentRun(
  opened: Opened,
  verdictsAt: string | undefined,
): Result<Lock> {
  const { graph, world, store, experiment } = opened;
  const { metrics } = publicationOf(opened);
  const plan = new Plan(graph, world);
  const stale = plan.list().filter(({ decision }) => decision.kind !== "reuse");
  if (stale.length > 0) {
    const standIn = stale.find(({ decision }) =>
      decision.kind === "run" && decision.because.kind === "provisional"
    );
    return fail({
      kind: standIn ? "stand-in" : "stale",
      what: "Cannot use the present results",
      seen: standIn
        ? `${standIn.instance} has stand-in data`
        : `${counted(stale.length, "instance")} not up to date, first ${
          stale[0]!.instance // there is one
        }`,
      hint: standIn
        ? "run deno task reproduce where the dataset can be had"
        : "run deno task reproduce first",
    });
  }
  const artifact = (path: string | undefined) => {
    for (const { id, declaration } of graph.instances) {
      for (const [name, output] of Object.entries(declaration.outputs)) {
        if (path === undefined || output.artifact !== path) continue;
        const digest = plan.decided.get(id)!.outputs![name]!; // all are reused
        return JSON.parse(readFileSync(store.object(digest), "utf8"));
      }
    }
  };
  return ok(composeLock(
    graph,
    (id) => {
      const { fingerprint } = plan.decided.get(id)!; // the plan has every instance
      return store.record(graph.byId.get(id)!.stage, fingerprint!)!; // it is reused
    },
    {
      machine: machine(),
      experiment,
      metrics: (artifact(metrics) ?? null) as Json,
      verdicts: (artifact(verdictsAt) ?? []) as readonly Verdict[],
    },
  ));
}
