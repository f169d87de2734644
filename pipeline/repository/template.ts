/** The templates that new papers are made from. */
import { type Project, type Template, THIS } from "../project/project.ts";
import { filesBelow } from "./parts.ts";
import { trackedFiles } from "./git.ts";

/** Those of a project, and the project itself. The first is taken unless another is named. */
export async function templatesOf<Config>(
  { root, templates = [] }: Pick<Project<Config>, "root" | "templates">,
): Promise<readonly Template[]> {
  return [...templates, {
    ...THIS,
    files: await trackedFiles(root) ?? everything(root),
  }];
}

/** What makes no part of a project. */
const MADE = ["node_modules", ".store", "artifacts", ".git"];

function everything(root: string): string[] {
  return [...Deno.readDirSync(root)]
    .filter(({ name }) => !MADE.includes(name) && !/\.zip(\.part)?$/.test(name))
    .flatMap((entry) =>
      entry.isDirectory ? filesBelow(root, entry.name) : [entry.name]
    );
}
