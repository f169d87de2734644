/** `publish`: writes down the present results as the published run. */
import { join } from "node:path";
import { overlays, type Parsed } from "../arguments.ts";
import type { Console } from "../console.ts";
import { isPlain, nameOf } from "../../artifacts/configuration.ts";
import { writeDurably } from "../../store/write.ts";
import { Failed, unwrap } from "../../failure.ts";
import { open } from "../../plan/open.ts";
import type { Project } from "../../project/project.ts";
import { LOCK, printLock } from "../../published/lock.ts";
import { presentRun } from "../../history/present.ts";
import { counted } from "../../text/quantity.ts";
import { grouped, listed } from "../../render/reason.ts";

/** The command `publish`. */
export default async function publishCommand<Config>(
  project: Project<Config>,
  parsed: Parsed,
  { out, outStyle }: Console,
): Promise<number> {
  const opened = unwrap(
    await open(project, overlays(parsed, project.shorthands)),
  );
  const lock = unwrap(presentRun(opened, project.pipeline.verdicts));
  opened.save();
  const unproven = lock.verdicts.filter(({ verdict }) => verdict !== "holds");
  if (unproven.length > 0) {
    throw new Failed({
      kind: "claims",
      what: "Cannot publish this run",
      seen: unproven.map(({ id, verdict }) => `claim ${id}: ${verdict}`).join(
        "; ",
      ),
      hint: "publish a run in which every claim holds",
    });
  }
  writeDurably(join(opened.root, LOCK), printLock(lock));
  out(
    `${outStyle.green("published")}: ${
      counted(Object.keys(lock.artifacts).length, "artifact")
    } of ${
      counted(Object.keys(lock.instances).length, "instance")
    } in ${LOCK}; commit it\n`,
  );
  const { configuration } = opened;
  if (!isPlain(configuration)) {
    out(
      outStyle.yellow(
        `it is of ${
          nameOf(configuration)
        }: a run of the plain configuration will be called another`,
      ) + "\n",
    );
  }
  const foreign = Object.entries(lock.instances).filter((
    [, { stage, fingerprint }],
  ) => opened.store.record(stage, fingerprint)?.from);
  if (foreign.length > 0) {
    out(
      outStyle.yellow(
        `${counted(foreign.length, "result")} of it ${
          foreign.length === 1 ? "is" : "are"
        } from an archive or a cache, not made here: ${
          listed(grouped(foreign.map(([id]) => id)))
        }`,
      ) + "\n",
    );
  }
  return 0;
}
