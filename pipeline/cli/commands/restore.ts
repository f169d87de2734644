/** `restore`: an archive's results into the store, so that only what changes runs. */
import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Container, Refused } from "../../archive/container.ts";
import { fetchArchive, isAddress } from "../../archive/fetching.ts";
import { inspect, openArchive } from "../../archive/inspection.ts";
import { RUN } from "../../archive/layout.ts";
import { levelLines } from "../../archive/level.ts";
import { importResults, type Restored } from "../../archive/import.ts";
import { overlays, type Parsed } from "../arguments.ts";
import type { Console } from "../console.ts";
import { type Digest, digestFile } from "../../store/digest.ts";
import { Failed, unwrap } from "../../failure.ts";
import { share } from "../../store/lease.ts";
import { NO_CLAIMS } from "../../project/publication.ts";
import { open, type Opened } from "../../plan/open.ts";
import type { Project } from "../../project/project.ts";
import { LOCK } from "../../published/lock.ts";
import { counted } from "../../text/quantity.ts";
import { grouped, listed } from "../../render/reason.ts";
import { visible } from "../../text/visible.ts";

/** The command `restore`: exit code 0, or 1 if the archive is not whole or not wanted. */
export default async function restoreCommand<Config>(
  project: Project<Config>,
  parsed: Parsed,
  console: Console,
  // Where nobody sits there is nobody to ask: the digest stands in the log.
  ask: (question: string) => boolean = Deno.stdin.isTerminal()
    ? confirm
    : () => true,
): Promise<number> {
  const { out } = console;
  using _shared = share(join(project.root, ".store"));
  const named = parsed.operands[0]!; // exactly one is taken
  using fetched = isAddress(named)
    ? await fetchHere(named, project.root, console)
    : undefined;
  const path = fetched?.path ?? named;
  checkDigest(named, fetched?.digest, parsed);
  // The record is checked, the claims are not: they are no matter of the store.
  const { levels, root } = inspect(
    path,
    await project.judge?.() ?? NO_CLAIMS,
    1,
  );
  const bad = levels.find(({ answer }) => answer !== "yes");
  if (bad) {
    out(levelLines(bad).join("\n") + "\n");
    return bad.answer === "no" ? 1 : 2;
  }
  const wanted = parsed.one("root-digest");
  if (wanted !== undefined && wanted !== root) {
    throw new Failed({
      kind: "other-archive",
      what: `Cannot restore "${path}"`,
      seen: `its root digest is ${root}`,
      hint: `get the archive ${wanted}: this one is another`,
    });
  }
  const opened = unwrap(
    await open(project, overlays(parsed, project.shorthands)),
  );
  try {
    using container = openArchive(path);
    if (!container) throw new Refused("it is not there any more");
    const published = isPublished(opened, container);
    out(
      [
        `root digest  ${root}`,
        published
          ? `its run is the published one of this project (${LOCK})`
          : `its run is not the published one of this project (${LOCK}): ` +
            "compare the digest with the one in the paper",
        "",
      ].join("\n"),
    );
    const sure = published || wanted !== undefined || parsed.has("yes") ||
      ask("Use its results in the place of runs of your own?");
    if (!sure) {
      out("nothing was restored\n");
      return 1;
    }
    const restored = importResults(container, opened.store, root as Digest);
    opened.save();
    out(lines(restored, root, console).join("\n") + "\n");
    return 0;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    throw new Failed({
      kind: "bad-archive",
      what: `Cannot restore "${path}"`,
      seen: error.message,
    });
  }
}

/** An archive from an address, in the store until it has been read. */
async function fetchHere(address: string, root: string, console: Console) {
  const folder = join(root, ".store", "work");
  mkdirSync(folder, { recursive: true });
  console.err(`fetching ${visible(address)}\n`);
  return unwrap(
    await fetchArchive(address, join(folder, `archive-${Deno.pid}.zip`)),
  );
}

/** Refuses a file that is another than the one that was asked for. */
function checkDigest(
  named: string,
  fetched: Digest | undefined,
  parsed: Parsed,
): void {
  const wanted = parsed.one("sha256");
  if (wanted === undefined) return;
  const found = fetched ?? (
    statSync(named, { throwIfNoEntry: false })?.isFile()
      ? digestFile(named)
      : undefined
  );
  if (found === wanted.toLowerCase()) return;
  throw new Failed({
    kind: "other-archive",
    what: `Cannot restore "${visible(named)}"`,
    seen: found === undefined ? "it is no file" : `its SHA-256 is ${found}`,
    hint: "get the file with the SHA-256 that was given: this one is another",
  });
}

/** Whether the archive has the very record that the project's own authors committed. */
function isPublished({ root }: Opened, container: Container): boolean {
  const path = join(root, LOCK);
  return existsSync(path) &&
    readFileSync(path, "utf8") ===
      new TextDecoder().decode(container.read(RUN));
}

function lines(
  { instances, own, left }: Restored,
  root: string,
  { outStyle: { green, yellow, dim } }: Console,
): string[] {
  const other = own.filter(({ differs }) => differs)
    .map(({ instance }) => instance);
  const names = (ids: readonly string[]) => listed(grouped(ids));
  return [
    `${green("restored")}: ${
      counted(instances.length, "instance")
    }, from then on` +
    ` "from the archive ${root.slice(0, 12)}…"`,
    ...(own.length > 0
      ? [`${counted(own.length, "instance")} made here: yours are kept`]
      : []),
    ...(other.length > 0
      ? [yellow(`the archive has other results of ${names(other)}`)]
      : []),
    ...(left.length > 0
      ? [dim(`will run when needed, as not all is in it: ${names(left)}`)]
      : []),
    "deno task status says what would run now",
  ];
}
