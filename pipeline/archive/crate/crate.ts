/**
 * The RO-Crate: what the files are, what made them, from what. RO-Crate 1.1 with
 * the Workflow Run profiles 0.5 (process, workflow, provenance); 1.2 makes the
 * validators of those profiles fail.
 */
import { canonicalPretty, type Json } from "../../stage/json.ts";
import { LOCKED } from "../layout.ts";
import type { Release } from "../release.ts";
import { actions } from "./actions.ts";
import type { Described, Entity } from "./entity.ts";
import { fileEntities } from "./files.ts";
import { portsOf, refs } from "./ports.ts";
import { root } from "./root.ts";
import { workflow } from "./workflow.ts";

/** The text of `ro-crate-metadata.json`. */
export function crateFile(
  release: Release,
  files: readonly Described[],
): string {
  const ports = portsOf(release);
  const locked = files.some(({ name }) => name === LOCKED);
  return canonicalPretty({
    "@context": [
      "https://w3id.org/ro/crate/1.1/context",
      "https://w3id.org/ro/terms/workflow-run/context",
      {
        buildInstructions: "https://codemeta.github.io/terms/buildInstructions",
      },
    ],
    "@graph": exemplified([
      ...root(release, files),
      ...fileEntities(release, files, ports, locked),
      ...workflow(release, ports, locked),
      ...actions(release, files, ports),
    ]),
  });
}

/**
 * The same, with every parameter's examples named at it, too: those that are files
 * or values, for what is not in the archive may not stand there.
 */
function exemplified(entities: readonly Entity[]): Entity[] {
  const examples = new Map<string, string[]>();
  for (const { "@id": id, "@type": type, exampleOfWork } of entities) {
    if (
      ![type].flat().some((one) => one === "File" || one === "PropertyValue")
    ) {
      continue;
    }
    for (const parameter of references(exampleOfWork)) {
      examples.set(parameter, [...examples.get(parameter) ?? [], String(id)]);
    }
  }
  return entities.map((entity) => ({
    ...entity,
    ...entity["@type"] === "FormalParameter" &&
      refs("workExample", examples.get(String(entity["@id"])) ?? []),
  }));
}

function references(value: Json | undefined): string[] {
  return [value ?? []].flat().map((one) => String((one as Entity)["@id"]));
}
