/** What a job of ours executes, as text of a shell. */
import { denoDir } from "../../sandbox/wall/cache.ts";

/** Variables of the head that a node's programs are found and kept by. */
const KEPT = ["PATH", "HOME", "USER", "LOGNAME", "XDG_CACHE_HOME"];
/** Variables of the job that its program asks for. */
const PASSED = [
  ...["SLURM_ARRAY_JOB_ID", "SLURM_ARRAY_TASK_ID", "SLURM_RESTART_COUNT"],
  ...["SLURMD_NODENAME", "CUDA_VISIBLE_DEVICES", "TMPDIR"],
];

/** What a job executes: Deno with a module and its arguments, in an environment of our own. */
export function script(...words: readonly string[]): string {
  const deno = quote(Deno.execPath());
  const kept = KEPT.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [`${name}=${quote(value)}`];
  });
  const passed = PASSED.map((name) => `\${${name}+${name}="$${name}"}`);
  return `#!/bin/sh
# Made by the engine: one element of an array of instances.
if ! [ -x ${deno} ]; then
  echo "there is no Deno here: "${deno} >&2
  exit 127
fi
exec env -i ${kept.join(" ")} ${passed.join(" ")} \\
  DENO_DIR=${
    quote(denoDir())
  } DENO_NO_UPDATE_CHECK=1 DENO_CACHE_DB_MODE=memory NO_COLOR=1 \\
  ${deno} run --quiet --no-prompt --no-config --no-lock --no-check --cached-only --allow-all \\
  ${words.map(quote).join(" ")}
`;
}

/** A word of a shell's. */
function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
