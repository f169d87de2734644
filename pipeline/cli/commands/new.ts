/** `new`: a repository of one's own, from a template, with the engine inside. */
import { relative, resolve } from "node:path";
import { unwrap } from "../../failure.ts";
import type { Project } from "../../project/project.ts";
import { create } from "../../repository/creation.ts";
import { identityHere } from "../../repository/git.ts";
import { templatesOf } from "../../repository/template.ts";
import { counted } from "../../text/quantity.ts";
import { hang } from "../../text/layout.ts";
import type { Parsed } from "../arguments.ts";
import type { Console } from "../console.ts";

/** The command `new`. */
export default async function newCommand<Config>(
  project: Project<Config>,
  parsed: Parsed,
  { out, outStyle, columns }: Console,
): Promise<number> {
  // A task runs in the project's folder, wherever it was asked for.
  const here = Deno.env.get("INIT_CWD") ?? Deno.cwd();
  const folder = resolve(here, parsed.operands[0] ?? "");
  const templates = await templatesOf(project);
  const wanted = parsed.one("template");
  const template = templates.find(({ name }) => name === wanted) ??
    templates[0]!; // the option takes no other
  const made = unwrap(
    await create(project.root, template, folder, await identityHere()),
  );
  const shown = relative(here, made.folder);
  const place = /[^\w./-]/.test(shown)
    ? `'${shown.replaceAll("'", "'\\''")}'`
    : shown;
  const says = (text: string) => hang("", text, columns()).join("\n") + "\n";
  out(
    [
      `${outStyle.green("made")} ${shown}: ${
        counted(made.files, "file")
      } from the template ${template.name}, ` +
      `the engine among them; ${counted(made.packages, "package")}\n`,
      says(GIT[made.git]),
      "\n",
      `  cd ${place}\n`,
      "  deno task reproduce   # everything, and what became of the claims\n",
      "  deno task test\n",
      "\n",
      says(
        "README.md says what is where. Then make it yours: experiment.toml, stages/.",
      ),
    ].join(""),
  );
  return 0;
}

const GIT = {
  committed: "it is a Git repository with its first commit",
  added: "it is a Git repository; its files wait for your first commit",
  within: "it lies in a Git repository, and is no other one",
  none: "there is no Git here, so it is no repository yet",
} as const;
