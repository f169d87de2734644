/** Which part of an archived run a level makes again. */
import type { Lock } from "../published/lock.ts";
import type { Again } from "../project/project.ts";

/** What is made again. */
interface Selection {
  /** Stages that have to run although their results are at hand; "all" needs none of those. */
  readonly force: readonly string[] | "all";
  /** Artifacts that are compared, by path. */
  readonly artifacts: readonly string[];
}

/** The part of a run that a level makes again. */
export function select(run: Lock, { makes, after }: Again): Selection {
  const artifacts = Object.keys(run.artifacts).sort();
  if (!makes && !after) return { force: "all", artifacts };
  const instances = [
    ...makes ? makers(run, makes) : [],
    ...after ? readers(run, makers(run, after)) : [],
  ];
  const stages = new Set(
    instances.map((id) => run.instances[id]?.stage ?? ""),
  );
  // A stage is forced as a whole, so all of its instances count.
  return {
    force: [...stages].sort(),
    artifacts: artifacts.filter((path) => {
      const { instance = "" } = run.artifacts[path] ?? {};
      return stages.has(run.instances[instance]?.stage ?? "");
    }),
  };
}

/** The instances that made an artifact with one of these names. */
function makers(run: Lock, names: readonly string[]): Set<string> {
  const named = (path: string) =>
    names.some((name) =>
      name === path ||
      (name.endsWith("/") && path.startsWith(name)) ||
      (name.startsWith(".") && path.endsWith(name))
    );
  return new Set(
    Object.entries(run.artifacts).filter(([path]) => named(path))
      .map(([, { instance }]) => instance),
  );
}

/** What reads from one of these instances, directly or not, and is none of them. */
function readers(run: Lock, made: ReadonlySet<string>): string[] {
  const after = new Set<string>();
  // Producers come before their users.
  for (const [id, { from }] of Object.entries(run.instances)) {
    if (from.some((one) => made.has(one) || after.has(one))) after.add(id);
  }
  return [...after].filter((id) => !made.has(id));
}
