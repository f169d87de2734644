/**
 * Kills at random instants: a head, the stages, or both, with SIGKILL, where one to
 * three heads are at work; every other round on instances whose results are equal.
 * Who was not killed must end well, the next run must give the right result, and
 * nothing that it believed may be wrong.
 */
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { digestFile } from "../../pipeline/store/digest.ts";
import { Program } from "../rig/program.ts";
import { EQUAL, makeEqual } from "../pipeline/store/equals.ts";

/** What came of so many kills. */
export interface Kills {
  readonly kills: number;
  /** The run after it, or a head that nobody killed, gave something else than an undisturbed one. */
  readonly wrong: number;
  /** Such a run ended with another exit code than 0. */
  readonly failed: number;
  /** An object in the store is not what its name says. */
  readonly broken: number;
}

/** A program to be killed, and what it makes. */
interface Victim {
  readonly program: Program;
  readonly result: string;
}

/** Kills so many times, each at another moment of a run of about a second. */
export async function kill(
  times: number,
  say: (line: string) => void,
): Promise<Kills> {
  using steps = new Program();
  steps.open(1);
  steps.open(2);
  using equals = new Program();
  makeEqual(equals);
  const victims: readonly Victim[] = [
    { program: steps, result: "alpha\n1: 1 2 3 \nalpha\n2: 1 2 3 \n" },
    { program: equals, result: EQUAL },
  ];
  const counts = { wrong: 0, failed: 0, broken: 0 };
  for (let round = 0; round < times; round++) {
    const victim = victims[round % 2]!;
    const { root } = victim.program;
    if (Math.floor(round / 2) % 4 === 0) {
      // A store that has something, and one that has nothing.
      for (const folder of [".store", "artifacts"]) {
        rmSync(join(root, folder), { recursive: true, force: true });
      }
    }
    const told = await strike(victim, round);
    for (const kind of told) counts[kind]++;
    if (told.length > 0) say(`round ${round}: ${told.join(", ")}`);
    for (const name of readdirSync(join(root, ".store/objects"))) {
      if (digestFile(join(root, ".store/objects", name)) !== name) {
        counts.broken++;
      }
    }
  }
  return { kills: times, ...counts };
}

/** Starts some heads, kills at a random instant, and looks what is left of it. */
async function strike(
  { program, result }: Victim,
  round: number,
): Promise<("wrong" | "failed")[]> {
  const heads = Array.from(
    { length: 1 + round % 3 },
    (_, head) =>
      program.start(
        { HEAD: `${round}-${head}` },
        "reproduce",
        ...(round % 4 > 1 ? ["--force", round % 2 ? "make" : "slow"] : []),
      ),
  );
  const ends = heads.map((head) => head.output());
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 1000));
  const target = ["head", "stage", "both"][Math.floor(round / 3) % 3]!;
  if (target !== "head") {
    await new Deno.Command("pkill", {
      args: ["-KILL", "-f", `${program.root}/.store/work`],
    }).output();
  }
  if (target !== "stage") {
    try {
      heads[0]!.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it had ended already
    }
  }
  const told: ("wrong" | "failed")[] = [];
  const survivors = (await Promise.all(ends)).slice(1);
  // Whose stage was killed has failed, and rightly.
  if (target === "head" && survivors.some(({ code }) => code !== 0)) {
    told.push("failed");
  }
  const { code } = await program.run({ HEAD: `${round}-0` }, "reproduce");
  if (code !== 0) told.push("failed");
  else if (program.read("artifacts/out.txt") !== result) told.push("wrong");
  return told;
}
