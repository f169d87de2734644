/** `why`: the facts of an instance, against those of its last record. */
import { overlays, type Parsed } from "../arguments.ts";
import type { Console } from "../console.ts";
import { unwrap } from "../../failure.ts";
import { select } from "../../graph/select.ts";
import { Plan } from "../../plan/plan.ts";
import { open } from "../../plan/open.ts";
import type { Project } from "../../project/project.ts";
import { type Explanation, whyLines } from "../../render/why.ts";
import { jsonLine } from "../../text/visible.ts";

/** The command `why`. */
export default async function whyCommand<Config>(
  project: Project<Config>,
  parsed: Parsed,
  { out, outStyle, columns }: Console,
): Promise<number> {
  const opened = unwrap(
    await open(project, overlays(parsed, project.shorthands)),
  );
  const found = unwrap(select(opened.graph, parsed.operands[0]!)); // exactly one is taken
  const plan = new Plan(opened.graph, opened.world);
  opened.save();
  for (const { id, stage } of found) {
    const { decision, facts } = plan.decided.get(id)!; // the plan has every instance
    const last = opened.store.latest(stage, id);
    const explanation: Explanation = {
      instance: id,
      decision,
      facts,
      ...(last && {
        last: {
          facts: last.facts,
          made: last.made,
          seconds: last.seconds,
          wall: last.wall,
          ...(last.from && { from: last.from }),
        },
      }),
    };
    out(
      parsed.has("json")
        ? jsonLine(explanation)
        : whyLines(explanation, outStyle, {
          all: parsed.has("verbose"),
          width: columns(),
        }).join("\n") + "\n",
    );
  }
  return 0;
}
