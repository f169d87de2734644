/**
 * Makes an archive: the present run, checked against the published one, its
 * sources, and what is written about both; looks through all of it for secrets;
 * packs it; checks what was packed; and only then gives it its name.
 */
import { existsSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type Digest, digestFile } from "../store/digest.ts";
import { fail, ok, type Result } from "../failure.ts";
import type { Opened } from "../plan/open.ts";
import { lastRun, presentRun, publicationOf } from "../history/present.ts";
import type { Publication } from "../project/publication.ts";
import { type Lock, parseLock, printLock } from "../published/lock.ts";
import { contents } from "./contents.ts";
import { inspect } from "./inspection.ts";
import { leaks } from "./leaks.ts";
import type { Level } from "./level.ts";
import type { Order } from "./order.ts";
import { pack } from "./pack.ts";
import type { Release } from "./release.ts";
import { blockers, publishedRun } from "./blockers.ts";

/** What was made. */
export interface Built {
  readonly path: string;
  readonly size: number;
  readonly digest: Digest;
  /** The digest of the manifest. */
  readonly root: string;
  readonly levels: readonly Level[];
  readonly release: Release;
}

/** Makes an archive of an opened project. */
export async function buildArchive(
  opened: Opened,
  order: Order,
): Promise<Result<Built>> {
  const publication = publicationOf(opened);
  const found = runOf(opened, order, publication);
  if (!found.ok) return found;
  const { run, unpublished } = found.value;
  const missing = [
    ...unpublished,
    ...blockers(opened.root, publication, run),
  ];
  if (missing.length > 0 && !order.draft) {
    return fail({
      kind: "not-publishable",
      what: "Cannot archive this run",
      seen: missing.join("\n"),
      hint: "mend this, or make a draft: deno task archive --draft",
    });
  }
  const gathered = await contents(opened, order, { publication, run, missing });
  if (!gathered.ok) return gathered;
  const { pieces, release } = gathered.value;
  const leak = leaks(opened.root, pieces);
  if (leak) return fail(leak);

  const name = `${publication.name}-${publication.version}`;
  const path = resolve(
    order.output ??
      join(opened.root, `${name}${order.draft ? "-draft" : ""}.zip`),
  );
  if (!existsSync(dirname(path))) {
    return fail({
      kind: "no-folder",
      what: `Cannot write the archive "${path}"`,
      seen: "its folder is not there",
    });
  }
  const part = `${path}.part`;
  rmSync(part, { force: true });
  try {
    await pack(pieces, part);
    const { root, levels } = inspect(part, order.judge, 2);
    const bad = levels.find(({ level, answer }) =>
      answer === "no" && !(level > 0 && order.draft)
    );
    if (bad) {
      return fail({
        kind: "archive-wrong",
        what:
          `The archive that was just made fails its own check, level ${bad.level}`,
        seen: bad.findings.slice(0, 5).join("\n"),
      });
    }
    const digest = digestFile(part);
    const { size } = statSync(part);
    renameSync(part, path);
    return ok({ path, size, digest, root, levels, release });
  } finally {
    rmSync(part, { force: true });
  }
}

/** The run that is archived, and a word about one that nobody published. */
function runOf(
  opened: Opened,
  { draft, verdicts }: Order,
  publication: Publication,
): Result<{ run: Lock; unpublished: readonly string[] }> {
  const present = presentRun(opened, verdicts);
  if (present.ok) {
    const published = publishedRun(opened, present.value, publication);
    if (!published.ok) return published;
    const { run, missing } = published.value;
    return asWritten(run, missing);
  }
  if (!draft) return present;
  const last = lastRun(opened, verdicts);
  if (!last.ok) return last;
  return asWritten(last.value.run, last.value.stale);
}

/** A run as its file has it, in the file's order: that is what a verifier reads. */
function asWritten(
  run: Lock,
  unpublished: readonly string[],
): Result<{ run: Lock; unpublished: readonly string[] }> {
  const written = parseLock(printLock(run));
  return written.ok ? ok({ run: written.value, unpublished }) : written;
}
