/** Whether a folder of artifacts is of one run: every file as `run.json` says. */
import { join, relative } from "node:path";
import { readdirSync, readFileSync } from "node:fs";
import { digestFile } from "../../../pipeline/store/digest.ts";

interface Run {
  readonly artifacts: { readonly [path: string]: { readonly digest: string } };
  readonly earlier?: { readonly [path: string]: { readonly digest: string } };
  readonly configuration: { readonly settings: readonly string[] };
  readonly run: { readonly id: string };
}

/** What `run.json` says. */
export function runOf(folder: string): Run {
  return JSON.parse(readFileSync(join(folder, "run.json"), "utf8"));
}

/** The files that are not what `run.json` says, and those of which it says nothing. */
export function strange(folder: string): string[] {
  const { artifacts, earlier = {} } = runOf(folder);
  const said = new Map(Object.entries({ ...earlier, ...artifacts }));
  const there = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  return [
    ...there.filter((path) => path !== "run.json" && !said.has(path)),
    ...[...said].filter(([path, { digest }]) =>
      !there.includes(path) || digestFile(join(folder, path)) !== digest
    ).map(([path]) => path),
  ].sort();
}
