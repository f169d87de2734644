/** `why`: the facts of an instance, against those of its nearest record. */
import { overlays, type Parsed } from "../arguments.ts";
import type { Console } from "../console.ts";
import { unwrap } from "../../failure.ts";
import { select } from "../../graph/select.ts";
import { consult } from "../../history/consult.ts";
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
  const overlay = overlays(parsed, project.shorthands);
  const opened = unwrap(await open(project, overlay));
  const found = unwrap(select(opened.graph, parsed.operands[0]!)); // exactly one is taken
  const { plan } = await consult(project, overlay, opened.graph, opened);
  opened.save();
  const planned = new Map(plan.list().map((one) => [one.instance, one]));
  for (const [at, { id, stage }] of found.entries()) {
    const { stage: _, title: __, ...one } = planned.get(id)!; // the plan has every instance
    const { facts, pending = [], fingerprint, nearest } = plan.decided.get(id)!; // as above
    const compared = nearest ?? fingerprint;
    const record = compared && opened.store.record(stage, compared);
    const [last] = opened.store.fingerprints(id);
    const explanation: Explanation = {
      ...one,
      facts,
      pending: [...pending],
      ...(record && {
        nearest: {
          instance: record.instance,
          facts: record.facts,
          made: record.made,
          seconds: record.seconds,
          ...(record.share !== undefined && { share: record.share }),
          wall: record.wall,
          ...(record.from && { from: record.from }),
          older: record.fingerprint !== last,
        },
      }),
    };
    out(
      parsed.has("json") ? jsonLine(explanation) : [
        ...(at > 0 ? [""] : []),
        ...whyLines(explanation, outStyle, {
          all: parsed.has("verbose"),
          width: columns(),
        }),
      ].join("\n") + "\n",
    );
  }
  return 0;
}
