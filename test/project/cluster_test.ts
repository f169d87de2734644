/** The project as a whole, on few images: a cluster makes what one machine makes. */
import { deepEqual, equal, ok as yes } from "node:assert/strict";
import { Cluster, hasSlurm } from "../rig/cluster.ts";
import { within } from "../rig/wait.ts";
import { Copy, data, SMALL } from "./copy.ts";

Deno.test({
  name: "reproduce makes the same bytes on a cluster as on one machine",
  ignore: !hasSlurm("the experiment on a cluster"),
  async fn() {
    await using cluster = await Cluster.start();
    using here = new Copy("here", data);
    using there = new Copy("there", { ...data, ...cluster.env });
    const words = [...SMALL, "--set", "executor.slurm.memory=4000"];
    for (
      const [copy, executor] of [[here, "local"], [there, "slurm"]] as const
    ) {
      const { code, err, out } = await within(
        400,
        `the end of a run by ${executor}`,
        copy.task("reproduce", ...words, "--executor", executor),
      );
      equal(code, 0, err + out);
      const jobs = ["train", "reconstruct", "denoise"].flatMap((stage) =>
        (out + err).split("\n").filter((line) =>
          line.startsWith(`  ${stage}[`) && / on n\d, job /.test(line)
        )
      );
      yes(executor === "local" ? jobs.length === 0 : jobs.length >= 9, out);
    }
    deepEqual(there.artifacts(), here.artifacts());
  },
});
