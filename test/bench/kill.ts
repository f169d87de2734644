/**
 * Kills at random instants: the head, a stage, or both, with SIGKILL. After each
 * kill the next run must end with the right result, and nothing that it believed
 * may be wrong.
 */
import { chmodSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { digestFile } from "../../pipeline/digest.ts";
import { Program } from "../engine/program.ts";

/** What came of so many kills. */
export interface Kills {
  readonly kills: number;
  /** The run after it gave something else than an undisturbed one. */
  readonly wrong: number;
  /** An object in the store is not what its name says. */
  readonly broken: number;
}

const RESULT = "alpha\n1: 1 2 3 \nalpha\n2: 1 2 3 \n";

/** Kills so many times, each at another moment of a run of about a second. */
export async function kill(
  times: number,
  say: (line: string) => void,
): Promise<Kills> {
  let wrong = 0;
  let broken = 0;
  using program = new Program();
  program.open(1);
  program.open(2);
  for (let round = 0; round < times; round++) {
    if (round % 4 === 0) {
      // A store that has something, and one that has nothing.
      for (const folder of [".store", "artifacts"]) {
        rmSync(join(program.root, folder), { recursive: true, force: true });
      }
    }
    program.write("data/a.txt", "alpha\n");
    const process = program.start(
      "reproduce",
      ...(round % 2 ? ["--force", "slow"] : []),
    );
    const instant = Math.random() * 700;
    await Promise.race([
      process.status,
      new Promise((resolve) => setTimeout(resolve, instant)),
    ]);
    const target = ["head", "stage", "both"][round % 3]!;
    if (target !== "head") {
      await new Deno.Command("pkill", {
        args: ["-KILL", "-f", `${program.root}/.store/work`],
      }).output();
    }
    if (target !== "stage") {
      try {
        process.kill("SIGKILL");
      } catch (error) {
        if (!(error instanceof TypeError)) throw error; // it had ended already
      }
    }
    await process.stdout.cancel();
    await process.stderr.cancel();
    await process.status;
    const { code, err } = await program.run("reproduce");
    if (code !== 0 || program.read("artifacts/out.txt") !== RESULT) {
      wrong++;
      say(
        `round ${round}: ${target} killed after ${
          Math.round(instant)
        } ms: ${err}`,
      );
    }
    const objects = join(program.root, ".store/objects");
    for (const name of readdirSync(objects)) {
      if (name.endsWith(".part")) continue;
      if (digestFile(join(objects, name)) !== name) broken++;
    }
    chmodSync(objects, 0o755);
  }
  return { kills: times, wrong, broken };
}
