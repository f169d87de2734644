/**
 * What the cluster says of all jobs of this user, by one call for all of them: a
 * site counts its callers, and one call for each of a thousand jobs takes six seconds.
 */
import { fail, ok, type Result, short } from "../../failure.ts";
import { call } from "./programs.ts";

/** A job, or one element of an array of jobs. */
export interface Listed {
  /** `12_3` of the array 12; `12` of a job alone. */
  readonly id: string;
  /** In Slurm's words: `PENDING`, `OUT_OF_MEMORY`. */
  readonly state: string;
  readonly node: string;
  readonly reason: string;
  readonly name: string;
}

/** The name comes last: that of a stranger's job may hold anything. */
const FORMAT = "%i|%T|%N|%r|%j";
const LINE = /^(\d+(?:_\d+)?)\|([A-Z_]+)\|([^|]*)\|([^|]*)\|(.*)$/;

/** All jobs of this user that the controller knows, those included that ended lately. */
export async function queue(): Promise<Result<readonly Listed[]>> {
  const user = Deno.env.get("USER") ?? String(Deno.uid());
  const said = await call("squeue", [
    ...["--noheader", "--array", "--states=all"],
    ...[`--user=${Deno.uid() ?? user}`, `--format=${FORMAT}`],
  ]);
  return said.ok ? parse(said.value) : said;
}

/** The jobs in a text of squeue; a failure if it is not that format at all. */
export function parse(text: string): Result<readonly Listed[]> {
  const jobs: Listed[] = [];
  for (const line of text.split("\n")) {
    const [, id, state, node = "", reason = "", name = ""] = LINE.exec(line) ??
      [];
    // A name with a newline has lines that are none.
    if (id === undefined || state === undefined) continue;
    jobs.push({ id, state, node, reason, name });
  }
  if (jobs.length > 0 || text.trim() === "") return ok(jobs);
  return fail({
    kind: "slurm-text",
    what: "Cannot read what squeue says",
    seen: short(text.trim(), 120),
    hint: "see whether squeue of this machine is Slurm's own " +
      "(command -v squeue), and which version it has: 20.11 to 24 were meant",
  });
}

/** What accounting knows of jobs that the controller has forgotten; nothing where there is none. */
export async function account(
  ids: readonly string[],
): Promise<readonly Listed[]> {
  const said = await call("sacct", [
    ...["--noheader", "--parsable2", "--allocations", "--array"],
    // Its window begins at midnight unless another one is named.
    ...["--starttime=now-30days", `--jobs=${ids.join(",")}`],
    "--format=JobID,State,NodeList,JobName",
  ]);
  if (!said.ok) return [];
  return said.value.split("\n").flatMap((line) => {
    const [, id, state, node = "", name = ""] =
      /^(\d+(?:_\d+)?)\|([A-Z_]+)(?: [^|]*)?\|([^|]*)\|(.*)$/.exec(line) ?? [];
    return id === undefined || state === undefined
      ? []
      : [{ id, state, node, reason: "", name }];
  });
}

/** Whether a state is one in which a job may still run. */
export function isActive(state: string): boolean {
  return !ENDED.has(state);
}

const ENDED = new Set([
  ...["BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED"],
  ...["LAUNCH_FAILED", "NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED"],
  ...["REVOKED", "SPECIAL_EXIT", "TIMEOUT"],
]);

/** Whether a job that waits for this reason waits for ever. */
export function isHopeless(reason: string): boolean {
  return HOPELESS.has(reason) || /PerJob(Limit)?$/.test(reason);
}

const HOPELESS = new Set([
  ...["AccountNotAllowed", "BadConstraints"],
  ...["DependencyNeverSatisfied", "InvalidAccount", "InvalidQOS"],
  ...["PartitionConfig", "PartitionNodeLimit", "PartitionTimeLimit"],
  ...["QOSNotAllowed", "QOSTimeLimit"],
]);
