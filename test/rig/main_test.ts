/** `deno task test` itself: which data it uses, and what it says of the tests that were skipped. */
import { doesNotMatch, equal, match } from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const program = new URL("../main.ts", import.meta.url).pathname;

/** Loads a room's tests and runs none of them. */
async function run(mirror: string): Promise<string> {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", program, "stages/prepare", "--filter", "no such test"],
    env: { DATASET_MIRROR: mirror, NO_COLOR: "1" },
    stderr: "null",
  }).output();
  equal(code, 0);
  return new TextDecoder().decode(stdout);
}

Deno.test("deno task test takes the data from DATASET_MIRROR, and ends with what it skipped, and why", async () => {
  const folder = Deno.makeTempDirSync();
  match(
    await run(folder),
    new RegExp(
      `\\nskipped here, and why:\\n  tests on true MNIST: its files are not in ${folder};.*\\n$`,
    ),
  );
  writeFileSync(join(folder, "t10k-labels-idx1-ubyte.gz"), "");
  doesNotMatch(await run(folder), /skipped here/);
  Deno.removeSync(folder, { recursive: true });
});
