/**
 * What a job runs on its node: the instances of one element of an array, one after
 * the other, each in the same sandbox as on the head, with its wall put up by the
 * node's kernel. It decides nothing, and publishes nothing: it leaves a private folder
 * and a word of how that ended.
 *
 *   node.ts STORE TOKEN ATTEMPT
 *
 * It imports no package, so that a node needs nothing but Deno and the shared folder.
 */
import {
  closeSync,
  existsSync,
  futimesSync,
  mkdirSync,
  openSync,
  writeSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Failure } from "../../failure.ts";
import { start } from "../../sandbox/start.ts";
import type { Message } from "../../stage/task.ts";
import { digestFile } from "../../store/digest.ts";
import { isMissing } from "../../store/disk.ts";
import { cardsOf } from "../machine.ts";
import type { GivenFile } from "../executor.ts";
import {
  arrayFolder,
  ENDED,
  type EndFile,
  type JobFile,
  jobFolder,
  type Left,
  readArray,
  readAttempt,
  readEnd,
  readJob,
  writeEnd,
} from "./layout.ts";
import { cpuName } from "./cpu.ts";

const node = Deno.env.get("SLURMD_NODENAME") ?? hostname();
const execution = [
  Deno.env.get("SLURM_ARRAY_JOB_ID") ?? "0",
  Deno.env.get("SLURM_RESTART_COUNT") ?? "0",
  Deno.pid,
].join("-");

/** How often it shows that it lives, in milliseconds. */
const BEAT = 10_000;
/** How often a file that is not what it should be is looked at again: its node may see it late. */
const LOOKS = 3;

/** A time limit comes near, or somebody with more right. */
let leaving = false;
Deno.addSignalListener("SIGTERM", () => leaving = true);

/** Most instances of an element are given the same files. */
const digests = new Map<string, string>();

const [store, token, attempt] = Deno.args;
if (store === undefined || token === undefined || attempt === undefined) {
  throw new TypeError("No array given");
}
await main(store, token, attempt);

async function main(
  store: string,
  token: string,
  attempt: string,
): Promise<void> {
  const folder = arrayFolder(store, token);
  const element = Number(Deno.env.get("SLURM_ARRAY_TASK_ID"));
  for (const one of readArray(folder)?.elements[element] ?? []) {
    // Nobody counts on it any more: another submission, another ticket.
    if (readAttempt(folder) !== attempt) return;
    const home = jobFolder(store, one.fingerprint);
    const job = readJob(home);
    if (job?.ticket !== one.ticket || readEnd(home, one.ticket)) continue;
    const late = performance.now() / 1000 > (one.budget ?? Infinity);
    await execute(home, job, leaving ? "asked" : late ? "late" : undefined);
  }
}

/** Runs one instance, or gives it back; and leaves a word of how it ended. */
async function execute(
  home: string,
  job: JobFile,
  why: Left["why"] | undefined,
): Promise<void> {
  const name = `${job.ticket}-${execution}`;
  const folder = join(home, name, "work");
  mkdirSync(folder, { recursive: true });
  const messages = openSync(join(home, name, "messages.jsonl"), "ax");
  const began = performance.now();
  const beat = setInterval(() => {
    const now = new Date();
    futimesSync(messages, now, now);
  }, BEAT);
  try {
    const end = why === undefined
      ? await attend(folder, job, messages)
      : { kind: "left", why, begun: false } as const;
    writeEnd(home, {
      ticket: job.ticket,
      execution: name,
      node,
      seconds: (performance.now() - began) / 1000,
      end,
    });
    writeSync(messages, `${ENDED}\n`);
  } catch (error) {
    // Its folder was taken away: nobody counts on it any more.
    if (!isMissing(error)) throw error;
  } finally {
    clearInterval(beat);
    closeSync(messages);
  }
}

async function attend(
  folder: string,
  job: JobFile,
  messages: number,
): Promise<EndFile["end"]> {
  const confinement = {
    ...job.confinement,
    folder,
    ...(job.confinement.gpu && { cards: cardsOf() }),
  };
  const log = `${folder}/log.txt`;
  const failed = (failure: Failure) =>
    ({ kind: "failed", failure, wall: "none", log, tail: [] }) as const;
  const strange = await difference(job);
  if (strange) return failed(strange);
  const controller = new AbortController();
  const begun = start(confinement, controller.signal);
  if (!begun.ok) return failed(begun.failure);
  // One that can go on later leaves with its next checkpoint; another one may
  // still come to its end, and if not, its time is lost either way.
  for await (const message of begun.value.messages) {
    say(messages, message);
    if (message.kind === "checkpoint" && leaving && job.resumes) {
      controller.abort();
    }
  }
  const end = await begun.value.ended;
  // Whoever ends a job by SIGTERM may have sent it to the stage's process as well.
  const asked = leaving && end.kind === "failed" &&
    end.failure.kind === "stage-killed";
  return end.kind === "killed" || asked
    ? { kind: "left", why: "asked", begun: true }
    : end;
}

function say(messages: number, message: Message): void {
  writeSync(messages, JSON.stringify(message) + "\n");
}

/** What this node sees or is that the head did not, if anything. */
async function difference(job: JobFile): Promise<Failure | undefined> {
  const { confinement: { instance, root, inputs } } = job;
  const wrong = (seen: string, hint: string): Failure => ({
    kind: "other-node",
    what: `Cannot run ${instance} on the node ${node}`,
    seen,
    hint,
  });
  const shared = "keep project and store on a file system that all nodes " +
    "share: deno task doctor says what they see";
  if (Deno.version.deno !== job.deno || Deno.build.arch !== job.arch) {
    return wrong(
      `it has Deno ${Deno.version.deno} for ${Deno.build.arch}, the head has ` +
        `${job.deno} for ${job.arch}`,
      "give all nodes the same Deno, or name a partition of such nodes: " +
        "executor.slurm.partition",
    );
  }
  const cpu = job.cpu === undefined ? undefined : cpuName();
  if (cpu !== job.cpu) {
    return wrong(
      `its result depends on the CPU, which is ${cpu} there, and ${job.cpu} ` +
        "on the head, where that was written down",
      'use nodes with the CPU of the head (executor.slurm.extra = ["--constraint=…"])' +
        ", or start the head in a job on such a node",
    );
  }
  for (const file of job.given) {
    if (await sees(file)) continue;
    const path = file.path.startsWith(`${root}/`)
      ? file.path.slice(root.length + 1)
      : file.path;
    return wrong(`it sees another ${path} than the head`, shared);
  }
  const paths = Object.values(inputs).flatMap((input) =>
    typeof input === "string" ? [input] : input.map(({ path }) => path)
  );
  const missing = paths.find((path) => !existsSync(path));
  if (missing !== undefined) return wrong(`it does not see ${missing}`, shared);
}

async function sees({ path, digest }: GivenFile): Promise<boolean> {
  for (let look = 1; look <= LOOKS; look++) {
    let found = digests.get(path) ?? null;
    try {
      found ??= digestFile(path);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    if (found === digest) {
      if (found !== null) digests.set(path, found);
      return true;
    }
    if (look < LOOKS) await new Promise((done) => setTimeout(done, 2000));
  }
  return false;
}
