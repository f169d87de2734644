/**
 * Stores that bad luck has hit: the next run makes everything right and never ends
 * in a stack trace. A store is hit again and again, and heals each time.
 *
 * `FACSIMILE_LONG=1` hits it a thousand times; `FACSIMILE_SEED` begins elsewhere.
 */
import { equal, match } from "node:assert/strict";
import { join } from "node:path";
import { Program, type Ran } from "../../rig/program.ts";
import { corrupt, dice } from "./corruption.ts";

const ROUNDS = Deno.env.get("FACSIMILE_LONG") === "1" ? 1000 : 12;
const SEED = Number(Deno.env.get("FACSIMILE_SEED") ?? 1);

/** What looks into the store and changes nothing. */
const READERS: readonly (readonly [string, ...string[]])[] = [
  ["status"],
  ["runs"],
  ["runs", "--json"],
  ["why", "last"],
  ["clean", "--dry-run"],
  ["diff"],
];

Deno.test(`a store that was hit ${ROUNDS} times heals, and nobody sees a stack trace`, async () => {
  using program = new Program();
  program.open(1);
  program.open(2);
  equal((await program.run("reproduce")).code, 0);
  for (let seed = SEED; seed < SEED + ROUNDS; seed++) {
    const roll = dice(seed);
    const store = join(program.root, ".store");
    const hits = Array.from(
      { length: 1 + roll(3) },
      () => corrupt(store, roll),
    );
    const what = (ran: Ran) =>
      `seed ${seed}: ${hits.join("; ")}\n${ran.out}${ran.err}`;
    const [command, ...rest] = READERS[roll(READERS.length)]!;
    const read = await program.run(command, ...rest);
    equal(/\n\s+at /.test(read.err), false, what(read));
    const ran = await program.run("reproduce");
    equal(ran.code, 0, what(ran));
    equal(/\n\s+at /.test(ran.err), false, what(ran));
    equal(
      program.read("artifacts/out.txt"),
      "alpha\n1: 1 2 3 \nalpha\n2: 1 2 3 \n",
      what(ran),
    );
    JSON.parse(program.read("artifacts/run.json"));
    // Healed: there is nothing left to do, now and from memory.
    const again = await program.run("reproduce");
    match(again.out, /nothing ran/, what(again));
  }
});
