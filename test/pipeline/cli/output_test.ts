/** Output that cannot be written: a sentence, and no work that stops halfway. */
import { equal, match } from "node:assert/strict";
import { existsSync } from "node:fs";
import { skip } from "../../rig/skip.ts";
import { Program } from "../../rig/program.ts";

const config = new URL("../../../deno.json", import.meta.url).pathname;
const full = existsSync("/dev/full");
if (!full) {
  skip("a full disk under the output", "there is no /dev/full");
}

/** Runs a program whose results go to a disk that is full. */
async function intoFull(program: Program, ...args: string[]) {
  const { code, stderr } = await new Deno.Command("sh", {
    args: [
      ...["-c", 'exec "$@" > /dev/full', "sh", Deno.execPath(), "run", "-A"],
      ...["--config", config, "main.ts", ...args],
    ],
    cwd: program.root,
    env: { NO_COLOR: "1" },
  }).output();
  return { code, err: new TextDecoder().decode(stderr) };
}

Deno.test({
  name: "output to a full disk is a sentence, and the results are kept",
  ignore: !full,
  fn: async () => {
    using program = new Program();
    program.open(1);
    program.open(2);
    for (
      const [args, expected] of [
        [["status"], 3],
        [["reproduce", "--json"], 2],
        [["help"], 2],
      ] as const
    ) {
      const { code, err } = await intoFull(program, ...args);
      match(err, /error: Cannot write all of the output\n {2}\| No space left/);
      equal(/^ +at /m.test(err), false, err);
      equal(code, expected);
    }
    match(program.read("artifacts/out.txt"), /^alpha/);
    await new Promise((resolve) => setTimeout(resolve, 150));
    await program.run("reproduce"); // leaves a quick answer
    const quick = await intoFull(program, "reproduce");
    match(quick.err, /error: Cannot write all of the output/);
    equal(quick.code, 2);
  },
});
