/** `doctor`: whether this machine, and a cluster if there is one, have what a run needs. */
import { join } from "node:path";
import { overlays, type Parsed } from "../arguments.ts";
import type { Console } from "../console.ts";
import { examineMachine } from "../../executor/finding.ts";
import { unwrap } from "../../failure.ts";
import { executorSettings } from "../../history/settings.ts";
import type { Finding } from "../../project/finding.ts";
import type { Project } from "../../project/project.ts";
import { findingLines } from "../../render/findings.ts";
import { jsonLine } from "../../text/visible.ts";

/** The command `doctor`: exit code 0 if nothing is bad, 1 if something is. */
export default async function doctorCommand<Config>(
  project: Project<Config>,
  parsed: Parsed,
  { out, outStyle, columns }: Console,
): Promise<number> {
  const given = overlays(parsed, project.shorthands);
  const settings = unwrap(await executorSettings(project, given));
  const { examine } = await import("../../executor/slurm/doctor.ts");
  const store = join(project.place ?? project.root, ".store");
  let bad = false;
  const tell = (finding: Finding) => {
    bad ||= finding.kind === "bad";
    const lines = findingLines(finding, columns(), outStyle);
    out(parsed.has("json") ? jsonLine(finding) : lines.join("\n") + "\n");
  };
  for (const finding of examineMachine()) tell(finding);
  for await (const finding of project.examine?.(given) ?? []) tell(finding);
  for await (const finding of examine(store, settings.slurm)) tell(finding);
  return bad ? 1 : 0;
}
