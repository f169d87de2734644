/** What a newer engine changes, in words. */
import { type Edit, EDITS, type Update } from "../repository/update.ts";
import type { Style } from "../text/style.ts";
import { counted } from "../text/quantity.ts";
import { listed } from "./reason.ts";

/** The lines that tell of it; of one that was not made, what it would be. */
export function updateLines(
  update: Update,
  dry: boolean,
  { bold }: Style,
): string[] {
  const { version, changed, added, removed, edits, packages, tasks, deno } =
    update;
  const files = (word: string, paths: readonly string[]) =>
    paths.length === 0 ? [] : [
      `  ${word.padEnd(9)}${counted(paths.length, "file")}: ${
        listed(folders(paths))
      }`,
    ];
  const kept = edits.filter(({ kind }) => kind !== "deleted");
  return [
    bold(
      `engine ${version.was}${
        version.now === version.was ? "" : ` → ${version.now}`
      }${dry ? ", if it were updated" : ""}`,
    ),
    ...files("changed", changed),
    ...files("added", added),
    ...files("removed", removed),
    ...packages.map(({ name, was, now }) =>
      `  package  ${name} ${versionOf(was)} → ${versionOf(now)}`
    ),
    ...tasks.map((name) => `  task     ${name}`),
    ...(deno === undefined
      ? []
      : [`  Deno     ${deno}: write it into main.ts`]),
    ...edits.map(({ kind, path }) =>
      `  ${dry ? "undoes" : "undone"}   ${KINDS[kind]}: ${path}`
    ),
    ...(kept.length > 0 && !dry
      ? [`  yours    ${kept.length === 1 ? "is" : "are"} in ${EDITS}/`]
      : []),
  ];
}

const KINDS: { readonly [kind in Edit["kind"]]: string } = {
  edited: "an edit",
  deleted: "a deletion",
  own: "a file of yours with a name of the engine's",
};

/** `pipeline/run (3)`: the folders of some files, and how many are in each. */
function folders(paths: readonly string[]): string[] {
  const groups = Map.groupBy(
    paths,
    (path) => path.split("/").slice(0, 2).join("/"),
  );
  return Array.from(
    groups,
    ([folder, all]) => all.length === 1 ? all[0]! : `${folder} (${all.length})`,
  );
}

function versionOf(specifier: string | undefined): string {
  return specifier === undefined ? "none" : specifier.replace(/^.*@/, "");
}
