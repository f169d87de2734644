/**
 * The declaration of a stage that is a command, as a scientist would write it
 * in stages/pipeline.ts. Its tables come from the instances of another stage.
 */
import { every, type Stage } from "../../../../pipeline/stage/declaration.ts";

export const statistics: Stage<{ column: string }> = {
  name: "statistics",
  title: "mean and spread of each table",
  at: ({ column }) => ({
    runs: {
      kind: "command",
      command: [
        "python3",
        "test/pipeline/sandbox/example/statistics.py",
        "{params}",
        "{output result}",
        "{input tables}",
      ],
      code: ["test/pipeline/sandbox/example/statistics.py"],
      version: ["python3", "--version"],
    },
    params: { column, digits: 3 },
    inputs: { tables: every("measure", "table") },
    outputs: { result: { file: "statistics.json" } },
  }),
};
