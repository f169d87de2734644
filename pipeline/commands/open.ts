/** Opens the report in the reader's browser. */
import { join } from "node:path";
import { existsSync } from "node:fs";
import { Failed } from "../failure.ts";

const PROGRAMS = { darwin: "open", linux: "xdg-open" } as const;

/** Opens `artifacts/report.html` with the system's program for it. */
export async function openReport(root: string): Promise<void> {
  const path = join(root, "artifacts", "report.html");
  const program = Deno.build.os === "darwin" ? PROGRAMS.darwin : PROGRAMS.linux;
  const failure = (seen: string) =>
    new Failed({
      kind: "open",
      what: "Open the report",
      seen,
      hint: `open ${path} in a browser`,
    });
  if (!existsSync(path)) throw failure("this run left no report");
  try {
    const { success } = await new Deno.Command(program, {
      args: [path],
      stdout: "null",
      stderr: "null",
    }).output();
    if (!success) throw failure(`${program} could not open it`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw failure(`${program} is not installed`);
  }
}
