/** `graph`: the stages and their states, as Mermaid text, JSON, or a picture. */
import { overlays, type Parsed } from "../arguments.ts";
import type { Console } from "../console.ts";
import { diskFailure, isMissing } from "../../store/disk.ts";
import { Failed, short, unwrap } from "../../failure.ts";
import { Plan } from "../../plan/plan.ts";
import { open } from "../../plan/open.ts";
import type { Project } from "../../project/project.ts";
import { mermaid } from "../../render/mermaid.ts";
import { boxesOf } from "../../render/boxes.ts";
import { picture, pictureOfInstances } from "../../render/picture.ts";
import { jsonLine } from "../../text/visible.ts";

/** The command `graph`. */
export default async function graphCommand<Config>(
  project: Project<Config>,
  parsed: Parsed,
  { out, err }: Console,
): Promise<number> {
  const opened = unwrap(
    await open(project, overlays(parsed, project.shorthands)),
  );
  const plan = new Plan(opened.graph, opened.world);
  opened.save();
  const stages = boxesOf(opened.graph, plan);
  const file = parsed.one("svg");
  if (file !== undefined) {
    const draw = parsed.has("instances") ? pictureOfInstances : picture;
    try {
      Deno.writeTextFileSync(file, draw(stages));
    } catch (error) {
      if (!(error instanceof Error && "code" in error)) throw error;
      const what = `Cannot write the picture "${short(file)}"`;
      throw new Failed(
        diskFailure(what, error) ?? {
          kind: "unwritable",
          what,
          seen: isMissing(error)
            ? "its folder is not there"
            : short(error.message, 200),
          hint: "name a file in a folder that is there",
        },
      );
    }
    err(`${file} is written\n`);
  } else if (parsed.has("json")) out(jsonLine(stages));
  else out(mermaid(stages));
  return 0;
}
