/** Outputs that cannot be files side by side. */
import type { Failure } from "../failure.ts";
import { isPathBelow } from "../stage/names.ts";
import type { Declared } from "./graph.ts";

/** Two outputs of an instance that would be the same file. */
export function outputClash(
  { id, declaration }: Declared,
): Failure | undefined {
  const owners = new Map<string, string>();
  for (const [output, { file }] of Object.entries(declaration.outputs)) {
    const owner = owners.get(file.toLowerCase());
    if (owner !== undefined) {
      return {
        kind: "output-twice",
        what: `"${id}" cannot write its output "${output}" as "${file}"`,
        seen: `its output "${owner}" is that file already`,
        hint: "give each output a file of its own",
      };
    }
    owners.set(file.toLowerCase(), output);
  }
}

/**
 * Two instances that would write the same artifact, also on file systems that
 * fold case, or one a file where another needs a folder.
 */
export function artifactClash(
  all: readonly Declared[],
): Failure | undefined {
  const owners = new Map<string, string>([["run.json", "the engine"]]);
  const folders = new Map<string, string>();
  for (const { id, declaration } of all) {
    for (const { artifact } of Object.values(declaration.outputs)) {
      if (artifact === undefined) continue;
      const what = `Cannot publish "${artifact}" from "${id}"`;
      if (!isPathBelow(artifact)) {
        return {
          kind: "artifact-path",
          what: `Cannot publish an output of "${id}" as "${artifact}"`,
          hint: "use a relative path inside the folder of the artifacts",
        };
      }
      const folded = artifact.toLowerCase();
      const owner = owners.get(folded);
      if (owner !== undefined) {
        return {
          kind: "artifact-twice",
          what,
          seen: `${owner} publishes it too`,
        };
      }
      const parts = folded.split("/");
      const above = parts.slice(1).map((_, at) =>
        parts.slice(0, at + 1).join("/")
      );
      const file = above.find((folder) => owners.has(folder));
      const inside = folders.get(folded);
      if (file !== undefined || inside !== undefined) {
        return {
          kind: "artifact-inside",
          what,
          seen: file === undefined
            ? `"${inside}" is published inside a folder of that name`
            : `${
              owners.get(file)
            } publishes the file "${file}", which cannot be a folder too`,
          hint: "give one of them another path",
        };
      }
      for (const folder of above) {
        if (!folders.has(folder)) folders.set(folder, artifact);
      }
      owners.set(folded, id);
    }
  }
}
