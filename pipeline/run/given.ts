/**
 * The files of the project that an instance's process reads where they are, and
 * whether they stay as they are while it runs.
 *
 * A file that was another one for a moment has its old content again and another
 * state: the kernel's time of change cannot be put back. Nobody knows then which of
 * two texts the process has read, so its result belongs to neither.
 *
 * Rejected: giving it copies. Modules import each other, and packages, by where
 * they are, and messages would name files that nobody can open.
 */
import { join, relative } from "node:path";
import type { Failure } from "../failure.ts";
import type { Instance } from "../graph/graph.ts";
import type { GivenFile } from "../executor/executor.ts";
import { within } from "../store/path.ts";
import { withoutChange } from "../store/stat.ts";
import type { RunContext } from "./context.ts";

/** A file, with the digest that was planned with. */
interface Given extends Omit<GivenFile, "state"> {
  /** The folder that it may not lead out of. */
  readonly within?: string;
}

/** The files of one instance, watched from the moment in which this is made. */
export class GivenFiles {
  readonly #watched: readonly (Given & GivenFile)[];

  constructor(
    private readonly instance: Instance,
    private readonly context: RunContext,
  ) {
    this.#watched = given(instance, context).map((one) => ({
      ...one,
      state: stateOf(one.path, context),
    }));
  }

  /** What they are now. */
  get list(): readonly GivenFile[] {
    return this.#watched.map(({ path, digest, state }) => ({
      path,
      digest,
      state,
    }));
  }

  /** Whether one of them is not what was planned with, or was touched until now. */
  get changed(): boolean {
    const { edited, touched } = this.#changes();
    return edited.length + touched.length > 0;
  }

  /** What is wrong if one of them has changed: the instance cannot start, or its result not be kept. */
  problem(when: "before it started" | "while it ran"): Failure | undefined {
    const { edited, touched } = this.#changes();
    if (edited.length + touched.length === 0) return undefined;
    const list = (paths: readonly string[]) =>
      paths.map((path) => relative(this.context.root, path)).join(", ");
    return {
      kind: "changed-meanwhile",
      what: when === "while it ran"
        ? `Cannot keep the result of "${this.instance.id}"`
        : `Cannot start "${this.instance.id}"`,
      seen: edited.length > 0
        ? `${when}, somebody edited ${list(edited)}`
        : `${when}, somebody touched ${list(touched)}, ` +
          "and nobody can know what it has read",
      hint: "run again",
    };
  }

  #changes(): { edited: string[]; touched: string[] } {
    const { stat } = this.context;
    const edited: string[] = [];
    const touched: string[] = [];
    for (const { path, digest, within, state } of this.#watched) {
      if ((stat.digest(path, within) ?? null) !== digest) edited.push(path);
      else if (stateOf(path, this.context) !== state) touched.push(path);
    }
    return { edited, touched };
  }
}

/**
 * The state of a file. Deno links the files of packages into each project that has
 * them, and whoever installs or removes another project changes their time of change:
 * of these the size, the content and the time of modification have to do.
 */
function stateOf(path: string, { root, stat }: RunContext): string {
  const state = stat.state(path);
  return within(path, join(root, "node_modules"))
    ? withoutChange(state)
    : state;
}

function given(instance: Instance, { root, code, file }: RunContext): Given[] {
  const inputs = Object.values(instance.links).flatMap((link): Given[] =>
    link.kind === "file"
      ? [{
        path: join(root, link.path),
        digest: file(link.path) ?? null,
        within: root,
      }]
      : []
  );
  const bytes = Object.entries(code(instance)?.bytes ?? {})
    .map(([path, digest]): Given => ({ path, digest }));
  return [...bytes, ...inputs];
}
