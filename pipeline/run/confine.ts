/** What an instance's process is given, and what it may touch. */
import { join } from "node:path";
import { ok, type Result } from "../failure.ts";
import { provide } from "../sandbox/program/provide.ts";
import type { Instance } from "../graph/graph.ts";
import type { Continuation } from "../plan/continuation.ts";
import type { Built } from "../sandbox/program/environment.ts";
import type { Facts } from "../store/fingerprint.ts";
import type { Confinement } from "../sandbox/confinement.ts";
import type { Point } from "../stage/declaration.ts";
import { type Digest, isDigest } from "../store/digest.ts";
import type { Store } from "../store/store.ts";
import type { RunContext } from "./context.ts";

/** The confinement of an instance in its private folder, to go on `from` a checkpoint. */
export function confine(
  instance: Instance,
  from: Continuation | undefined,
  folder: string,
  outputs: (instance: string, output: string) => Digest,
  environment: Built | undefined,
  { root, store, code, require, cores }: RunContext,
): Confinement {
  const { declaration } = instance;
  const inputs: Record<string, string | { point: Point; path: string }[]> = {};
  for (const [name, link] of Object.entries(instance.links)) {
    switch (link.kind) {
      case "file":
        inputs[name] = join(root, link.path);
        break;
      case "one": {
        const { instance: from, output } = link.source;
        inputs[name] = store.object(outputs(from.id, output));
        break;
      }
      case "every":
        inputs[name] = link.sources.map(({ instance: from, output }) => ({
          point: from.point,
          path: store.object(outputs(from.id, output)),
        }));
    }
  }
  const stored = atHand(declaration.pinned ?? {}, store);
  // As an input it may be read; that it is there is no fact, its digest is one.
  if (Object.keys(stored).length > 0) {
    inputs.stored = Object.values(stored).map((path) => ({ point: {}, path }));
  }
  const read = code(instance);
  const { runs } = declaration;
  const threads = runs.kind === "module" ? runs.threads ?? 1 : 1;
  return {
    instance: instance.id,
    root,
    runs,
    code: read?.files ?? [],
    readable: read?.readable ?? false,
    packages: read?.packages ?? [],
    params: declaration.params ?? {},
    hints: { ...declaration.hints, stored },
    point: instance.point,
    inputs,
    outputs: Object.fromEntries(
      Object.entries(declaration.outputs).map((
        [name, { file }],
      ) => [name, file]),
    ),
    folder,
    checkpoint: from?.checkpoint,
    cpus: declaration.resources?.cpus ?? 1,
    threads: Math.min(threads, cores(instance)) - 1,
    ...(environment && { environment }),
    permissions: declaration.permissions ?? {},
    gpu: (declaration.resources?.gpu ?? 0) > 0,
    require,
  };
}

/** The packages of a command, built if they are not there; `undefined` without any. */
export async function environmentOf(
  { id, declaration: { runs } }: Instance,
  facts: Facts,
  { root, store, signal, report }: RunContext,
): Promise<Result<Built | undefined>> {
  if (runs.kind !== "command" || !runs.environment) return ok(undefined);
  const { environment } = runs;
  return await provide({
    runs: { ...runs, environment },
    facts,
    root,
    store: store.folder,
    signal,
    building: () =>
      report({
        kind: "progress",
        instance: id,
        progress: {
          done: 0,
          total: 1,
          unit: `environments of ${environment.lock}`,
        },
        elapsed: 0,
      }),
  });
}

/** The pinned contents that the store holds, by output. */
function atHand(
  pinned: { readonly [output: string]: string },
  store: Store,
): { [output: string]: string } {
  return Object.fromEntries(
    Object.entries(pinned).flatMap(([output, digest]) =>
      isDigest(digest) && store.holds(digest)
        ? [[output, store.object(digest)]]
        : []
    ),
  );
}
