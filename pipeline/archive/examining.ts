/**
 * A level as the project sees it with the verifier's own code: the archive's
 * artifacts and the data, none of the archive's programs.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Lock } from "../published/lock.ts";
import type { Examination } from "../project/project.ts";
import type { Remaking } from "../render/remaking.ts";
import { digestBytes } from "../store/digest.ts";
import type { Container } from "./container.ts";
import { Refused } from "./container.ts";
import { isOfTheMachine } from "./inspection.ts";
import { archivePath } from "./layout.ts";

/** The largest artifact that is looked at. */
const MOST = 2 ** 30;

/** What the project finds; the data is where the archive's code brought it. */
export async function examine(
  examination: Examination,
  container: Container,
  { experiment }: Lock,
  { code, signal, tell }: {
    readonly code: string;
    readonly signal: AbortSignal;
    readonly tell: (remaking: Remaking) => void;
  },
): Promise<readonly string[]> {
  try {
    return await examination({
      experiment,
      read: (path) => container.read(archivePath(path), MOST).slice(),
      data: (sha256) => dataFile(code, sha256),
      async progress(done, of) {
        tell({ kind: "evaluating", done, of });
        // A turn for whoever wants to stop it.
        await new Promise((resolve) => setTimeout(resolve));
        if (signal.aborted) throw new Refused("it was interrupted");
      },
    });
  } catch (error) {
    if (error instanceof Refused || isOfTheMachine(error)) throw error;
    // It is about files of the project; these are a stranger's.
    return [
      `the artifacts cannot be examined: ${
        error instanceof Error ? error.message : String(error)
      }`,
    ];
  }
}

/** A file that the archive's code fetched into its store. It is what its digest says. */
function dataFile(code: string, sha256: string): Uint8Array<ArrayBuffer> {
  const path = join(code, ".store", "objects", sha256);
  if (/^[0-9a-f]{64}$/.test(sha256) && existsSync(path)) {
    const bytes = new Uint8Array(readFileSync(path));
    if (digestBytes(bytes) === sha256) return bytes;
  }
  throw new Refused(`the data with the SHA-256 ${sha256} is not at hand`);
}
