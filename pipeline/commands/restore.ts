/** `restore`: an archive's results into the store, so that only what changes runs. */
import { inspect, openArchive } from "../archive/inspection.ts";
import { levelLines } from "../archive/level.ts";
import { restoreArchive } from "../archive/restoring.ts";
import { overlays, type Parsed } from "../arguments.ts";
import type { Console } from "../console.ts";
import { Failed, unwrap } from "../failure.ts";
import { open, type Project } from "../project.ts";
import { counted } from "../render/quantity.ts";

/** The command `restore`: exit code 0, or 1 if the archive is not whole. */
export async function restoreCommand<Config>(
  project: Project<Config>,
  parsed: Parsed,
  { out, outStyle: { green, dim } }: Console,
): Promise<number> {
  const path = parsed.operands[0]!; // exactly one is taken
  // The record is checked, the claims are not: they are no matter of the store.
  const { levels } = inspect(path, () => [], 1);
  const bad = levels.find(({ answer }) => answer !== "yes");
  if (bad) {
    out(levelLines(bad).join("\n") + "\n");
    return bad.answer === "no" ? 1 : 2;
  }
  const opened = unwrap(
    await open(project, overlays(parsed, project.shorthands)),
  );
  using container = openArchive(path);
  if (!container) {
    throw new Failed({
      kind: "no-archive",
      what: `Restore "${path}"`,
      seen: "it is not there any more",
    });
  }
  const { instances, left } = restoreArchive(container, opened.store);
  opened.save();
  out(
    [
      `${green("restored")}: ${counted(instances.length, "instance")}`,
      ...(left.length > 0
        ? [dim(
          `${
            counted(left.length, "instance")
          } will run when needed, first ${left[0]! // there is one
          }`,
        )]
        : []),
      "deno task status says what would run now",
      "",
    ].join("\n"),
  );
  return 0;
}
