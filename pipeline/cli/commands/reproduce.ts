/** `reproduce`: brings the results up to date and says what became of them. */
import type { Event, Report } from "../../run/event.ts";
import { reproduce, type Request } from "../../history/reproduce.ts";
import { Failed, short } from "../../failure.ts";
import type { Project } from "../../project/project.ts";
import { summary } from "../../render/summary.ts";
import { style } from "../../text/style.ts";
import { jsonLine } from "../../text/visible.ts";
import { overlays, type Parsed } from "../arguments.ts";
import type { Console } from "../console.ts";
import { interruption } from "../interruption.ts";
import { remember } from "../remember.ts";

/** The command `reproduce`. */
export default async function reproduceCommand<Config>(
  project: Project<Config>,
  parsed: Parsed,
  console: Console,
): Promise<number> {
  const began = Date.now();
  if (parsed.has("tag")) {
    const { tagOf } = await import("./runs.ts");
    parsed.all("tag").forEach(tagOf); // before a run of hours
  }
  const request: Request = {
    ...overlays(parsed, project.shorthands),
    targets: parsed.operands,
    force: parsed.all("force"),
    jobs: parsed.has("jobs") ? Number(parsed.one("jobs")) : undefined,
    failFast: parsed.has("fail-fast"),
    executor: parsed.one("executor") === "slurm" ? "slurm" : "local",
    unchecked: parsed.has("no-check"),
    ...recheckOf(parsed),
    arguments: Deno.args,
  };
  if (parsed.has("dry-run")) {
    const { dryRun } = await import("./status.ts");
    return dryRun(project, request, parsed, console);
  }
  if (parsed.has("watch")) {
    const { watch } = await import("./watch.ts");
    return watch(project.root, console);
  }
  const { report: show, close } = await renderer(parsed, console);
  const { signal, code, listen, release } = interruption();
  const told: Event[] = [];
  await using page = parsed.has("open")
    ? await pageOf(project, console)
    : undefined;
  const report: Report = (event) => {
    // Until then nothing is begun that would have to be ended, and a large file is
    // hashed in one go: the signal ends the process.
    if (event.kind === "planned") listen();
    if (event.kind !== "progress" && event.kind !== "queued") told.push(event);
    show(event);
    page?.tell(event);
  };
  try {
    const end = await reproduce(project, request, report, signal);
    if (parsed.has("note") || parsed.has("tag")) {
      const { markRun } = await import("./runs.ts");
      markRun(project.root, end.run, parsed, console);
    }
    await page?.end(end.kind === "done");
    switch (end.kind) {
      case "done":
        if (end.noop && quiet(parsed)) {
          const text = (colour: boolean) =>
            summary(told, console.columns(), style(colour)).join("\n") + "\n";
          remember(project, end.noop, Deno.args, began, {
            plain: text(false),
            styled: text(true),
          });
        }
        return 0;
      case "failed":
        return 1;
      case "aborted":
        return code();
    }
  } finally {
    close();
    release();
  }
}

/** What `--recheck 5%` or `5%:SEED` asks for; a seed that nobody gave, nobody can guess. */
function recheckOf(parsed: Parsed): Pick<Request, "recheck"> {
  const text = parsed.one("recheck");
  if (text === undefined) return {};
  const [, percent, seed = crypto.randomUUID().slice(0, 8)] =
    /^(\d+(?:\.\d+)?)%?(?::([\w-]+))?$/.exec(text) ?? [];
  if (
    percent === undefined || !(Number(percent) > 0 && Number(percent) <= 100)
  ) {
    throw new Failed({
      kind: "usage",
      what: `Cannot use --recheck ${short(text)}`,
      seen: "allowed is a share above 0% and up to 100%, as 5% or 5%:SEED",
      hint: "see deno task reproduce --help",
    });
  }
  return { recheck: { percent: Number(percent), seed } };
}

/** The page that is to be opened; the option is only there if the project has one. */
async function pageOf<Config>(project: Project<Config>, console: Console) {
  const { OpenedPage } = await import("./open.ts");
  return new OpenedPage(project, project.page ?? "", console);
}

/** Whether the answer "nothing to do" is all that the command line asks for. */
function quiet(parsed: Parsed): boolean {
  return ["json", "open", "force", "note", "tag", "recheck"].every((option) =>
    !parsed.has(option)
  );
}

async function renderer(
  parsed: Parsed,
  { out, err, style, terminal }: Console,
): Promise<{ report: Report; close: () => void }> {
  if (parsed.has("json")) {
    return { report: (event) => out(jsonLine(event)), close: () => {} };
  }
  if (terminal) {
    const { live } = await import("../../render/terminal.ts");
    return live(err, out, style);
  }
  const { plain } = await import("../../render/plain.ts");
  return { report: plain(err, out, style), close: () => {} };
}
