import { deepEqual, equal } from "node:assert/strict";
import type { Command } from "../../../pipeline/cli/table.ts";
import { completionScript, SHELLS } from "../../../pipeline/cli/completion.ts";

const STAGES = ["download", "train"];
const COMMANDS: readonly Command[] = [
  {
    name: "reproduce",
    help: "bring all results up to date; it's a [big] one: yes",
    operands: {
      name: "STAGE",
      least: 0,
      most: Infinity,
      takes: { kind: "stage" },
    },
    options: [
      {
        name: "force",
        value: "STAGE",
        takes: { kind: "stage" },
        many: true,
        help: "run it even if nothing changed",
      },
      { name: "set", value: "KEY=VALUE", many: true, help: "set a value" },
      { name: "dry-run", help: "run nothing" },
    ],
    examples: [],
  },
  {
    name: "graph",
    help: "the graph",
    options: [{
      name: "svg",
      value: "FILE",
      takes: { kind: "file" },
      help: "write a picture",
    }],
    examples: [],
  },
];

Deno.test("completionScript() follows the table of commands", async (t) => {
  for (const shell of SHELLS) {
    await t.assertSnapshot(completionScript(shell, STAGES, COMMANDS));
  }
});

async function has(shell: string): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(shell, {
      args: ["-c", "true"],
      stdout: "null",
      stderr: "null",
    }).output();
    return success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

for (const shell of SHELLS) {
  Deno.test({
    name: `completionScript() is something that ${shell} can read`,
    ignore: !await has(shell),
    async fn() {
      const path = await Deno.makeTempFile({ suffix: `.${shell}` });
      try {
        await Deno.writeTextFile(
          path,
          completionScript(shell, STAGES, COMMANDS),
        );
        const { success, stderr } = await new Deno.Command(shell, {
          args: ["-n", path],
          stdout: "null",
          stderr: "piped",
        }).output();
        equal(new TextDecoder().decode(stderr), "");
        equal(success, true);
      } finally {
        await Deno.remove(path);
      }
    },
  });
}

Deno.test({
  name: "completionScript() completes commands, options and stages in bash",
  ignore: !await has("bash"),
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${folder}/experiment.toml`, "");
      const script = `_other() { COMPREPLY=(other); }
complete -F _other deno
${completionScript("bash", STAGES, COMMANDS)}
try() {
  COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
  _facsimile deno
  echo "\${COMPREPLY[*]}"
}
try deno task ""
try deno task re
try deno task reproduce --
try deno task reproduce --force t
try deno task reproduce do
try deno task --quiet reproduce train --d
try deno task reproduce --set ""
try deno run x
rm experiment.toml
try deno task ""
`;
      const { stdout, stderr } = await new Deno.Command("bash", {
        args: ["-c", script],
        cwd: folder,
      }).output();
      equal(new TextDecoder().decode(stderr), "");
      deepEqual(new TextDecoder().decode(stdout).split("\n"), [
        "reproduce graph",
        "reproduce",
        "--force --set --dry-run --help",
        "train",
        "download",
        "--dry-run",
        "",
        "other",
        "other",
        "",
      ]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
