/** `[executor.slurm]`: what it takes, and what would take a job away from the engine. */
import { deepEqual, match, ok as yes } from "node:assert/strict";
import * as v from "valibot";
import { readConfig } from "../../../pipeline/config/config.ts";

function read(text: string, ...set: string[]) {
  return readConfig({
    path: "experiment.toml",
    text,
    schema: v.strictObject({ size: v.optional(v.number("a number"), 1) }),
    set,
  });
}

Deno.test("readConfig() keeps [executor] apart from the experiment, with its defaults", () => {
  const found = read("size = 2\n", "executor.slurm.partition=long");
  yes(found.ok);
  deepEqual(found.value.config, { size: 2 });
  deepEqual(found.value.executor.slurm.partition, "long");
  deepEqual(found.value.executor.slurm.jobs, 1000);
});

Deno.test("readConfig() refuses arguments of sbatch that are the engine's, in every spelling", () => {
  for (
    const argument of [
      ...["--job-name=x", "--job-na=x", "-Jx", "--output=x", "-o", "--array=1"],
      ...["--wrap=true", "--export=ALL", "--requeue", "--parsable", "-W"],
      ...["--time=1", "-t1", "--mem=1", "partition=x", "", "--uid=0"],
    ]
  ) {
    const found = read(
      `[executor.slurm]\nextra = [${JSON.stringify(argument)}]\n`,
    );
    yes(!found.ok, argument);
    match(found.failure.what, /executor\.slurm\.extra/);
  }
  for (
    const argument of [
      "--constraint=a100",
      "-C a100",
      "--exclude=n1",
      "--nice=5",
      "--reservation=r",
    ]
  ) {
    const found = read(
      `[executor.slurm]\nextra = [${JSON.stringify(argument)}]\n`,
    );
    yes(found.ok, argument);
  }
});

Deno.test("readConfig() refuses a name for a partition that a command line could misread", () => {
  for (const name of ["-x", "a b", "a;b", "$(x)", "a\\nb", ""]) {
    yes(!read(`[executor.slurm]\npartition = "${name}"\n`).ok, name);
  }
});

Deno.test("readConfig() names the key of [executor.slurm] that was meant", () => {
  const found = read('[executor.slurm]\npartitoin = "long"\n');
  yes(!found.ok);
  match(found.failure.hint ?? "", /partition/);
});
