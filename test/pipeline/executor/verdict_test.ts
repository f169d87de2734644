/** What becomes of a job: every state of Slurm against what the job said. */
import { deepEqual, equal, match } from "node:assert/strict";
import fc from "fast-check";
import type { EndFile } from "../../../pipeline/executor/slurm/layout.ts";
import type { Listed } from "../../../pipeline/executor/slurm/queue.ts";
import {
  judge,
  type Known,
  type Verdict,
} from "../../../pipeline/executor/slurm/verdict.ts";

const DONE = { kind: "done", wall: "deno", log: "" } as const;
const KILLED = {
  kind: "failed",
  failure: { kind: "stage-killed", what: "train was ended by SIGTERM" },
  wall: "deno",
  log: "",
  tail: [],
} as const;
const FAILED = {
  ...KILLED,
  failure: { kind: "stage-failed", what: "The data is bad" },
} as const;
const LEFT = { kind: "left", why: "asked", begun: true } as const;

function listed(state: string, reason = ""): Listed {
  return { id: "7_0", state, node: "n1", reason, name: "facsimile-x-1" };
}

function end(end: EndFile["end"]): EndFile {
  return { ticket: "t", execution: "t-1", node: "n1", seconds: 1, end };
}

/** A job that runs and has not said anything unusual. */
const PLAIN: Known = {
  instance: "train",
  job: "7_0",
  listed: listed("RUNNING"),
  before: listed("RUNNING"),
  accounted: undefined,
  end: undefined,
  said: 0,
  alone: true,
  suspect: false,
  overrun: false,
  begun: true,
  mute: 1,
  gone: 0,
};

function verdict(known: Partial<Known>): string {
  const { kind, ...rest } = judge({ ...PLAIN, ...known });
  const { failure } = rest as { failure?: { kind: string } };
  return failure ? `${kind} ${failure.kind}` : kind;
}

Deno.test("judge() waits for what is active, whatever its name", () => {
  for (
    const state of [
      ...["PENDING", "RUNNING", "SUSPENDED", "COMPLETING", "CONFIGURING"],
      ...["RESIZING", "REQUEUED", "STAGE_OUT", "A_STATE_OF_TOMORROW"],
    ]
  ) {
    equal(verdict({ listed: listed(state), begun: false }), "wait", state);
  }
});

Deno.test("judge() believes a job's own word once the queue calls it ended, but of its memory", () => {
  for (
    const state of [
      "COMPLETED",
      "FAILED",
      "TIMEOUT",
      "NODE_FAIL",
      "PREEMPTED",
      "CANCELLED",
    ]
  ) {
    equal(verdict({ listed: listed(state), end: end(DONE) }), "believe", state);
    equal(
      verdict({ listed: listed(state), end: end(FAILED) }),
      "believe",
      state,
    );
  }
  equal(
    verdict({ listed: listed("OUT_OF_MEMORY"), end: end(DONE) }),
    "failed job-memory",
  );
  equal(
    verdict({ listed: listed("FAILED"), overrun: true, end: end(KILLED) }),
    "failed job-memory",
  );
  // Of several instances in one job, nobody knows whose the memory was.
  equal(
    verdict({ listed: listed("OUT_OF_MEMORY"), end: end(DONE), alone: false }),
    "lost job-lost",
  );
  // Unless another one was hit: what ended by itself before that counts.
  const beside = (said: EndFile["end"]) =>
    verdict({
      listed: listed("OUT_OF_MEMORY"),
      end: end(said),
      alone: false,
      suspect: true,
    });
  equal(beside(DONE), "believe");
  equal(beside(FAILED), "believe");
  equal(beside(KILLED), "failed job-memory");
});

Deno.test("judge() blames none of several for the time limit of their job", () => {
  const of = (alone: boolean) => {
    const found = judge({ ...PLAIN, listed: listed("TIMEOUT"), alone });
    return found.kind === "lost" && found.time;
  };
  equal(of(true), true);
  equal(of(false), false);
});

Deno.test("judge() takes a stage that Slurm ended for lost, cancelled or late, and not for broken", () => {
  for (const said of [KILLED, LEFT]) {
    const of = (state: string) =>
      verdict({ listed: listed(state), end: end(said) });
    equal(of("PREEMPTED"), "lost job-lost");
    equal(of("NODE_FAIL"), "lost job-lost");
    equal(of("TIMEOUT"), "lost job-timeout");
    equal(of("CANCELLED"), "failed job-cancelled");
  }
  equal(verdict({ listed: listed("COMPLETED"), end: end(LEFT) }), "believe");
});

Deno.test("judge() ends what would wait for ever, once the queue has said so twice", () => {
  for (
    const reason of [
      "PartitionTimeLimit",
      "PartitionConfig",
      "BadConstraints",
      "QOSMaxCpuPerJobLimit",
    ]
  ) {
    const now = listed("PENDING", reason);
    equal(
      verdict({ listed: now, before: listed("PENDING", "Priority") }),
      "wait",
    );
    equal(verdict({ listed: now, before: now }), "failed job-never");
  }
  for (
    const reason of [
      "Resources",
      "Priority",
      "AssocGrpCpuLimit",
      "ReqNodeNotAvail, UnavailableNodes:n1",
    ]
  ) {
    const now = listed("PENDING", reason);
    equal(verdict({ listed: now, before: now }), "wait", reason);
  }
});

Deno.test("judge() settles a job that a controller goes on calling RUNNING a minute after its end", () => {
  const known = { listed: listed("RUNNING"), end: end(DONE) };
  equal(verdict({ ...known, said: 59 }), "wait");
  deepEqual(judge({ ...PLAIN, ...known, said: 61 }), {
    kind: "believe",
    stale: true,
  });
});

Deno.test("judge() takes a job for lost that runs, says the queue, and has been mute for minutes", () => {
  equal(verdict({ mute: 299 }), "wait");
  equal(verdict({ mute: 301 }), "lost job-lost");
  equal(verdict({ listed: listed("SUSPENDED"), mute: 9999 }), "wait");
});

Deno.test("judge() waits for a job that the queue forgot as long as it lives, and takes accounting's word", () => {
  const gone = { listed: undefined, gone: 100 };
  equal(verdict({ ...gone, mute: 30 }), "wait");
  equal(verdict({ ...gone, mute: 61 }), "lost job-lost");
  equal(verdict({ ...gone, begun: false }), "lost job-lost");
  equal(verdict({ ...gone, begun: false, gone: 9 }), "wait");
  equal(verdict({ ...gone, end: end(DONE), gone: 0 }), "believe");
  equal(
    verdict({ ...gone, mute: 61, accounted: listed("TIMEOUT") }),
    "lost job-timeout",
  );
  equal(
    verdict({ ...gone, accounted: listed("OUT_OF_MEMORY"), end: end(DONE) }),
    "failed job-memory",
  );
});

Deno.test("judge() gives the files of a job that is over a minute to appear", () => {
  const over = { listed: listed("COMPLETED") };
  equal(verdict({ ...over, gone: 59 }), "wait");
  equal(verdict({ ...over, gone: 61 }), "lost job-lost");
  const failed = { listed: listed("FAILED"), begun: false };
  equal(verdict({ ...failed, gone: 9 }), "wait");
  const { failure } = judge({ ...PLAIN, ...failed, gone: 11 }) as Extract<
    Verdict,
    { kind: "failed" }
  >;
  equal(failure.what, "The job of train could not begin");
  match(failure.hint ?? "", /deno task doctor/);
});

Deno.test("judge() never waits for ever: an ended or forgotten job is settled within minutes", () => {
  const states = [
    ...["BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED"],
    ...["NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED", "REVOKED", "TIMEOUT"],
  ];
  fc.assert(fc.property(
    fc.option(fc.constantFrom(...states), { nil: undefined }),
    fc.option(fc.constantFrom(DONE, FAILED, KILLED, LEFT), { nil: undefined }),
    fc.boolean(),
    fc.boolean(),
    fc.boolean(),
    (state, said, begun, alone, suspect) => {
      const found = verdict({
        listed: state === undefined ? undefined : listed(state),
        end: said && end(said),
        begun,
        alone,
        suspect,
        mute: 1000,
        gone: 1000,
        said: 1000,
      });
      return found !== "wait";
    },
  ));
});
