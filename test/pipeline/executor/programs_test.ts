/** What the cluster's programs complain of, in the words of their versions, and what is made of it. */
import { deepEqual, equal, match } from "node:assert/strict";
import {
  call,
  type Program,
} from "../../../pipeline/executor/slurm/programs.ts";
import { fake } from "./fakes.ts";

/** Calls a program that ends in this way. */
async function complaint(
  program: Program,
  text: string,
  code = 1,
): Promise<{ kind: string; seen: string; hint: string }> {
  using path = fake({
    [program]: `cat >&2 <<'END'\n${text}\nEND\nexit ${code}`,
  });
  const before = Deno.env.get("PATH")!;
  Deno.env.set("PATH", `${path.folder}:${before}`);
  try {
    const said = await call(program, ["--parsable"]);
    if (said.ok) throw new Error("it was taken for good");
    const { kind, seen = "", hint = "" } = said.failure;
    return { kind, seen, hint };
  } finally {
    Deno.env.set("PATH", before);
  }
}

Deno.test("what Slurm refuses is told in its words, with the setting to mend", async () => {
  const failed = "sbatch: error: Batch job submission failed: ";
  const cases: readonly [text: string, seen: RegExp, hint: RegExp][] = [
    [
      `sbatch: error: invalid partition specified: nowhere\n${failed}Invalid partition name specified`,
      /^invalid partition specified: nowhere$/,
      /executor\.slurm\.partition/,
    ],
    [
      `${failed}Invalid account or account/partition combination specified`,
      /Invalid account/,
      /executor\.slurm\.account/,
    ],
    [
      `${failed}Invalid qos specification`,
      /Invalid qos/,
      /executor\.slurm\.qos/,
    ],
    [
      `${failed}Requested time limit is invalid (missing or exceeds some limit)`,
      /Requested time limit is invalid/,
      /executor\.slurm\.time/,
    ],
    [
      `${failed}Requested node configuration is not available`,
      /Requested node configuration/,
      /its resources/,
    ],
    [
      `${failed}Something of tomorrow`,
      /Something of tomorrow/,
      /deno task doctor/,
    ],
  ];
  for (const [text, seen, hint] of cases) {
    const told = await complaint("sbatch", text);
    equal(told.kind, "slurm-refused", text);
    match(told.seen, seen);
    match(told.hint, hint);
  }
});

Deno.test("what passes is no refusal: a controller that is away, or has no room", async () => {
  const kinds = [];
  for (
    const text of [
      "slurm_load_jobs error: Unable to contact slurm controller (connect failure)",
      "squeue: error: slurm_receive_msg: Socket timed out on send/recv operation",
      "sbatch: error: QOSMaxSubmitJobPerUserLimit\nsbatch: error: Batch job submission failed: Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)",
      "sbatch: error: Slurm temporarily unable to accept job, sleeping and retrying",
    ]
  ) kinds.push((await complaint("squeue", text)).kind);
  deepEqual(new Set(kinds), new Set(["slurm-silent"]));
});
