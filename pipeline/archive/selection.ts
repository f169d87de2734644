/** Which part of an archived run a level makes again. */
import type { Lock } from "../published/lock.ts";

/** The levels that execute an archive's code. */
export type Deep = 3 | 4 | 5;

/** What is made again. */
export interface Selection {
  /** Stages that have to run although their results are at hand. */
  readonly force: readonly string[];
  /** Artifacts that are compared, by path. */
  readonly artifacts: readonly string[];
}

/**
 * 3: what a reader looks at, figures and pages. 4: all that is made from the
 * models, but for the models. 5: everything.
 */
export function select(run: Lock, level: Deep): Selection {
  const artifacts = Object.keys(run.artifacts).sort();
  if (level === 5) return { force: [], artifacts };
  const instances = level === 3
    ? makers(run, (path) => /^figures\/|\.html$/.test(path))
    : fromModels(run);
  const stages = new Set(
    [...instances].map((id) => run.instances[id]?.stage ?? ""),
  );
  // A stage is forced as a whole, so all of its instances count.
  const made = new Set(
    Object.keys(run.instances).filter((id) =>
      stages.has(run.instances[id]?.stage ?? "")
    ),
  );
  return {
    force: [...stages].sort(),
    artifacts: artifacts.filter((path) =>
      made.has(run.artifacts[path]?.instance ?? "")
    ),
  };
}

function makers(run: Lock, wanted: (path: string) => boolean): Set<string> {
  return new Set(
    Object.entries(run.artifacts).filter(([path]) => wanted(path))
      .map(([, { instance }]) => instance),
  );
}

/** What reads from a model, directly or not, and makes none itself. */
function fromModels(run: Lock): Set<string> {
  const models = makers(run, (path) => path.startsWith("models/"));
  const after = new Set<string>();
  // Producers come before their users.
  for (const [id, { from }] of Object.entries(run.instances)) {
    if (from.some((one) => models.has(one) || after.has(one))) after.add(id);
  }
  return new Set([...after].filter((id) => !models.has(id)));
}
