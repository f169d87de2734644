/** SHA-256 of everything that the page was made from. */
import type { Task } from "../../pipeline/stage/task.ts";

/** A row of the table of digests. */
interface Digest {
  readonly name: string;
  readonly sha256: string;
}

/** The digests of the page's inputs. */
export interface Digests {
  /** Of how many files they are. */
  readonly files: number;
  readonly rows: readonly Digest[];
  /** Whether a row stands for all files of a kind. */
  readonly together: boolean;
}

const SINGLE = ["metrics", "claims", "dataset", "test-images", "test-labels"];
const MANY = ["curves", "models", "weights", "reconstructions", "denoisings"];

/** So many rows are told one by one; a page of thousands helps nobody. */
const MOST = 100;

/**
 * The digest of each file; where there are too many, that of each kind's list, as
 * `sha256sum` writes it.
 */
export async function digests<Params>(task: Task<Params>): Promise<Digests> {
  const single = await Promise.all(SINGLE.map(async (name) => ({
    name,
    sha256: await digest(Deno.readFileSync(task.input(name))),
  })));
  const many = await Promise.all(MANY.map(async (kind) => ({
    kind,
    all: await Promise.all(
      task.inputs(kind).map(async ({ point, path }) => ({
        name: `${kind}[${
          Object.entries(point).map(([axis, value]) => `${axis}=${value}`)
            .join(",")
        }]`,
        sha256: await digest(Deno.readFileSync(path)),
      })),
    ),
  })));
  const every = [...single, ...many.flatMap(({ all }) => all)];
  const together = every.length > MOST;
  if (!together) return { files: every.length, rows: every, together };
  const rows = await Promise.all(many.map(async ({ kind, all }) => ({
    name: `${kind}, ${all.length} files`,
    sha256: await digest(new TextEncoder().encode(
      all.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join(""),
    )),
  })));
  return { files: every.length, rows: [...single, ...rows], together };
}

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
