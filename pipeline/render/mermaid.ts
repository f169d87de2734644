/** The stages of a graph and their arrows in Mermaid's language. */
import { type Box, direct } from "./boxes.ts";
import { DECISIONS } from "./words.ts";

/** A flowchart: one node a stage, with its state in words and as a class. */
export function mermaid(boxes: readonly Box[]): string {
  const id = (stage: string) => stage.replaceAll("-", "_");
  const from = direct(boxes, ({ stage }) => stage);
  const lines = ["flowchart TD"];
  for (const { stage, instances, state } of boxes) {
    const many = instances.length > 1 ? ` × ${instances.length}` : "";
    lines.push(
      `  ${id(stage)}["${stage}${many}<br/>${
        DECISIONS[state].word
      }"]:::${state}`,
    );
  }
  for (const { stage } of boxes) {
    for (const producer of from.get(stage) ?? []) {
      lines.push(`  ${id(producer)} --> ${id(stage)}`);
    }
  }
  lines.push(
    "  classDef run stroke:#0072b2,stroke-width:3px",
    "  classDef maybe stroke:#0072b2,stroke-dasharray:4",
    "  classDef restore stroke:#007a5a",
    "  classDef reuse stroke:#777",
  );
  return lines.join("\n") + "\n";
}
