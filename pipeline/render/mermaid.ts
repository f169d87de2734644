/** The outline of a graph in Mermaid's language. */
import type { Box } from "./outline.ts";

const WORDS = {
  run: "will run",
  maybe: "may run",
  restore: "restored",
  reuse: "up to date",
} as const;

/** A flowchart: one node a stage, with its state in words and as a class. */
export function mermaid(boxes: readonly Box[]): string {
  const id = (stage: string) => stage.replaceAll("-", "_");
  const lines = ["flowchart LR"];
  for (const { stage, instances, state } of boxes) {
    const many = instances.length > 1 ? ` × ${instances.length}` : "";
    lines.push(
      `  ${id(stage)}["${stage}${many}<br/>${WORDS[state]}"]:::${state}`,
    );
  }
  for (const { stage, from } of boxes) {
    for (const producer of from) {
      lines.push(`  ${id(producer)} --> ${id(stage)}`);
    }
  }
  lines.push(
    "  classDef run stroke:#0072b2,stroke-width:3px",
    "  classDef maybe stroke:#0072b2,stroke-dasharray:4",
    "  classDef restore stroke:#009e73",
    "  classDef reuse stroke:#777",
  );
  return lines.join("\n") + "\n";
}
