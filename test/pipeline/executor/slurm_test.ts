/** Instances as jobs of a real Slurm of three nodes on this machine: what is done, and what is not done twice. */
import { deepEqual, equal, match, ok as yes } from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Cluster, hasSlurm } from "../../rig/cluster.ts";
import { until } from "../../rig/wait.ts";
import { fake } from "./fakes.ts";
import { type End, gate, Jobs, withoutSlurm } from "./jobs.ts";

const ignore = !hasSlurm("jobs on a cluster");
/** Heads and controllers write a line a second at most; a queue is slow by nature. */
const test = (name: string, run: () => Promise<void>) =>
  Deno.test({ name, ignore, fn: run });

const RESULT = "alpha\n1: 1 \nalpha\n2: 1 \nalpha\n3: 1 \n";

function once(jobs: Jobs): void {
  deepEqual(jobs.begun.toSorted(), ["work1", "work2", "work3"]);
}

function done({ code, err, events }: End): void {
  const failed = events.filter((event) =>
    event.kind === "ended" && event.result === "failed"
  );
  equal(code, 0, err + JSON.stringify(failed, null, 2));
}

/** What of jobs is left below the store. */
function left({ program: { root } }: Jobs): string[] {
  return ["jobs", "arrays"].flatMap((name) => {
    const folder = join(root, ".store", name);
    return existsSync(folder) ? readdirSync(folder) : [];
  });
}

test("--executor slurm makes what this machine makes, equal instances in one array, each once", async () => {
  await using cluster = await Cluster.start();
  await using jobs = new Jobs(cluster, { params: { warning: "careful" } });
  const end = await jobs.run();
  done(end);
  once(jobs);
  equal(jobs.result, RESULT);
  deepEqual(left(jobs), []);
  const ran = end.events.filter((event) =>
    event.kind === "queued" && event.state === "running" &&
    event.instance?.startsWith("work")
  );
  const arrays = new Set(ran.map(({ job }) => String(job).split("_")[0]));
  equal(arrays.size, 1);
  yes(ran.every(({ node }) => cluster.nodes.includes(String(node))));
  const warned = end.events.filter(({ kind }) => kind === "warned");
  equal(warned.length, 3);
  match(JSON.stringify(warned[0]), /careful/);
  yes(end.events.some(({ kind }) => kind === "progress"));

  await using here = new Jobs(undefined);
  done(await here.run("local"));
  equal(here.result, jobs.result);
});

test("a head finds the jobs again of one that was killed, those that ended meanwhile included", async () => {
  await using cluster = await Cluster.start();
  await using jobs = new Jobs(cluster);
  const slow = gate();
  jobs.answer = (name) => name === "work1" ? "go" : slow.passed;
  const killed = jobs.head();
  await jobs.arrivals(3);
  killed.kill("SIGKILL");
  await jobs.end(killed);
  await cluster.queue((lines) =>
    lines.filter((line) => / COMPLETED /.test(line)).length === 2
  );
  const next = jobs.head();
  slow.open();
  done(await jobs.end(next));
  once(jobs);
  equal(jobs.result, RESULT);
  deepEqual(left(jobs), []);
});

test("the controller may end and come back: what runs goes on, what waits is waited for", async () => {
  await using cluster = await Cluster.start();
  await using jobs = new Jobs(cluster);
  const slow = gate();
  jobs.answer = () => slow.passed;
  const head = jobs.head();
  await jobs.arrivals(3);
  await cluster.stopController("SIGTERM");
  slow.open();
  await cluster.startController();
  done(await jobs.end(head));
  once(jobs);
  equal(jobs.result, RESULT);
});

test("a controller that is killed loses no instance, and none is run twice by us", async () => {
  await using cluster = await Cluster.start();
  await using jobs = new Jobs(cluster);
  const slow = gate();
  jobs.answer = () => slow.passed;
  const head = jobs.head();
  await jobs.arrivals(3);
  await cluster.stopController("SIGKILL");
  await cluster.startController();
  slow.open();
  done(await jobs.end(head));
  once(jobs);
  equal(jobs.result, RESULT);
});

test("Ctrl-C cancels the jobs that nobody else waits for", async () => {
  await using cluster = await Cluster.start();
  await using jobs = new Jobs(cluster);
  const never = gate();
  jobs.answer = () => never.passed;
  const head = jobs.head();
  await jobs.arrivals(3);
  head.kill("SIGINT");
  const { code, events } = await jobs.end(head);
  equal(code, 130);
  equal(events.at(-1)?.kind, "interrupted");
  await cluster.queue((lines) =>
    lines.filter((line) => / CANCELLED /.test(line)).length === 3
  );
  deepEqual(left(jobs), []);
  never.open();
});

test("Ctrl-C leaves a job to the run that waits for it", async () => {
  await using cluster = await Cluster.start();
  await using jobs = new Jobs(cluster);
  const slow = gate();
  jobs.answer = () => slow.passed;
  const first = jobs.head();
  await jobs.arrivals(3);
  const second = jobs.head();
  const waits = join(jobs.program.root, ".store/leases");
  await until(
    60,
    "a second head that waits",
    () =>
      readdirSync(waits).filter((name) => name.endsWith(".waiting")).length ===
        3,
  );
  first.kill("SIGINT");
  equal((await jobs.end(first)).code, 130);
  slow.open();
  done(await jobs.end(second));
  once(jobs);
  equal(jobs.result, RESULT);
});

test("a stage that fails on a node is told with its last lines, its node, and how to run it there again", async () => {
  await using cluster = await Cluster.start();
  await using jobs = new Jobs(cluster, { count: 1 });
  jobs.answer = () => "fail";
  const end = await jobs.run();
  equal(end.code, 1);
  const { what, seen, tail, rerun } = Jobs.failure(end, "work[n=1]");
  equal(what, "work[n=1] stopped with exit code 1");
  match(seen, /^Error: told to fail \(on node n\d, job \d+_0\)$/);
  yes(tail.includes("step 1"));
  match(
    rerun,
    /^srun --ntasks=1 --cpus-per-task=1 --mem=500M sh '\.store\/failed\/work%5Bn%3D1%5D\/rerun\.sh'$/,
  );
  deepEqual(left(jobs), []);
});

test("a job that takes more memory than it asked for is told as such", async () => {
  await using cluster = await Cluster.start();
  await using jobs = new Jobs(cluster, { count: 1 });
  jobs.answer = () => "eat";
  const end = await jobs.run();
  const { what, hint } = Jobs.failure(end, "work[n=1]");
  equal(what, "work[n=1] ran out of the memory of its job");
  match(hint, /resources: \{ memory: /);
});

test("what the cluster can never give is told at once", async () => {
  await using cluster = await Cluster.start();
  for (
    const [resources, seen] of [
      [{ gpu: 9 }, /node configuration is not available/],
      [{ cpus: 99 }, /configuration|PartitionConfig|Requested node/],
      [{ time: 100 }, /PartitionTimeLimit|time limit/],
    ] as const
  ) {
    await using jobs = new Jobs(cluster, { count: 1, resources });
    const end = await jobs.run();
    equal(end.code, 1);
    match(Jobs.failure(end, "work[n=1]").seen, seen);
    deepEqual(jobs.begun, []);
  }
});

test("a partition that is not there is told with the setting to mend", async () => {
  await using cluster = await Cluster.start();
  await using jobs = new Jobs(cluster, {
    count: 1,
    settings: { partition: "nowhere" },
  });
  const end = await jobs.run();
  const { what, seen, hint } = Jobs.failure(end, "first");
  equal(what, "Cannot submit first");
  match(seen, /invalid partition/);
  match(hint, /executor\.slurm\.partition/);
});

test("an instance whose node is taken from it goes on from its checkpoint, bit for bit", async () => {
  await using cluster = await Cluster.start({ nodes: 1, cpus: 2 });
  await using jobs = new Jobs(cluster, {
    count: 1,
    steps: 3,
    resources: { cpus: 2 },
  });
  const slow = gate();
  // The second step never ends, the first time.
  jobs.answer = (name) =>
    name === "work1/2" && jobs.begun.filter((one) => one === name).length === 1
      ? slow.passed
      : "go";
  const head = jobs.head();
  await jobs.arrivals(2);
  const store = join(jobs.program.root, ".store/checkpoints");
  await until(60, "a checkpoint in the store", () => existsSync(store));
  await cluster.call(
    "sbatch",
    ...[
      "--partition=urgent",
      "--exclusive",
      "--output=/dev/null",
      "--wrap=true",
    ],
  );
  const end = await jobs.end(head);
  slow.open();
  done(end);
  deepEqual(jobs.begun, ["work1/1", "work1/2", "work1/2", "work1/3"]);
  equal(jobs.result, "alpha\n1: 1 2 3 \n");
  const warned = end.events.find(({ kind }) => kind === "warned");
  match(String(warned?.message), /PREEMPTED|asked to leave/);
});

test("instances of a node that fails run on another", async () => {
  await using cluster = await Cluster.start({ nodes: 2, cpus: 4 });
  await using jobs = new Jobs(cluster, { count: 1 });
  const slow = gate();
  jobs.answer = () => jobs.begun.length === 1 ? slow.passed : "go";
  const head = jobs.head();
  await jobs.arrivals(1);
  let node = "";
  await cluster.queue((lines) => {
    node = lines.find((line) => / RUNNING /.test(line))?.split(" ")[3] ?? "";
    return node !== "";
  });
  await cluster.stopNode(node);
  await cluster.call(
    "scontrol",
    "update",
    `NodeName=${node}`,
    "State=DOWN",
    "Reason=test",
  );
  const end = await jobs.end(head);
  slow.open();
  done(end);
  equal(jobs.result, "alpha\n1: 1 \n");
  match(
    JSON.stringify(end.events.filter(({ kind }) => kind === "warned")),
    /NODE_FAIL/,
  );
});

test("short instances share the elements of an array", async () => {
  await using cluster = await Cluster.start();
  await using jobs = new Jobs(cluster, { count: 7, settings: { chunk: 3 } });
  const end = await jobs.run();
  done(end);
  equal(jobs.begun.length, 7);
  const places = new Set(
    end.events.filter((event) =>
      event.kind === "queued" && event.job !== undefined &&
      event.instance?.startsWith("work")
    ).map(({ job }) => String(job).split("_")[1]),
  );
  deepEqual([...places].sort(), ["0", "1", "2"]);
});

test("one that fails in a job of several, or takes its memory, leaves the others what they are", async () => {
  await using cluster = await Cluster.start();
  await using jobs = new Jobs(cluster, { count: 4, settings: { chunk: 4 } });
  jobs.answer = (name) =>
    name === "work1" ? "fail" : name === "work3" ? "eat" : "go";
  const end = await jobs.run();
  equal(end.code, 1);
  // Whose memory it was shows in a job of its own, where it fails for good.
  deepEqual(jobs.begun.toSorted(), [
    ...["work1", "work2", "work3", "work3", "work4"],
  ]);
  equal(
    Jobs.failure(end, "work[n=1]").what,
    "work[n=1] stopped with exit code 1",
  );
  equal(
    Jobs.failure(end, "work[n=3]").what,
    "work[n=3] ran out of the memory of its job",
  );
  deepEqual(Jobs.results(end, "work"), {
    ...{ "work[n=1]": "failed", "work[n=2]": "built" },
    ...{ "work[n=3]": "failed", "work[n=4]": "built" },
  });
});

test("of a large map a few go first, and by what they take the others share jobs", async () => {
  await using cluster = await Cluster.start();
  await using jobs = new Jobs(cluster, { count: 120 });
  const end = await jobs.run();
  done(end);
  equal(new Set(jobs.begun).size, 120);
  equal(jobs.begun.length, 120);
  const queued = end.events.filter(({ kind }) => kind === "queued");
  const held = queued.filter(({ state }) => state === "held");
  equal(held.length, 108);
  const ran = queued.filter(({ job, instance }) =>
    job !== undefined && instance?.startsWith("work")
  );
  const shared = ran.filter(({ sharers }) => sharers === 2);
  const of = (some: typeof ran) => new Set(some.map(({ job }) => job)).size;
  equal(of(ran), 12 + 54);
  equal(of(shared), 54);
  yes(shared.every(({ each }) => Number(each) > 0));
});

test("instances that turn out to be long give those back that share their job", async () => {
  await using cluster = await Cluster.start();
  await using jobs = new Jobs(cluster, {
    first: "head",
    settings: { chunk: 3 },
  });
  await cluster.drain();
  const head = jobs.head();
  await cluster.queue((lines) => lines.some((line) => / PENDING /.test(line)));
  jobs.hurry();
  await cluster.resume();
  const end = await jobs.end(head);
  done(end);
  once(jobs);
  equal(jobs.result, RESULT);
  const back = end.events.filter(({ kind }) => kind === "warned");
  equal(back.length, 3);
  match(String(back[0]!.message), /gets a job of its own: those before it/);
});

test("a squeue that speaks otherwise is told, and not waited for; its jobs are found again", async () => {
  await using cluster = await Cluster.start();
  await using jobs = new Jobs(cluster, { count: 2 });
  using other = fake({ squeue: "echo JOBID PARTITION NAME" });
  const PATH = `${other.folder}:${Deno.env.get("PATH")}`;
  const end = await jobs.run("slurm", { PATH });
  equal(end.code, 1);
  const { what, seen, hint } = Jobs.failure(end, "first");
  equal(what, "Cannot follow the job of first");
  equal(seen, "JOBID PARTITION NAME");
  match(hint, /command -v squeue/);
  done(await jobs.run());
  deepEqual(jobs.begun.toSorted(), ["work1", "work2"]);
});

test("more instances than an array may have are several arrays", async () => {
  await using cluster = await Cluster.start({ array: 3 });
  await using jobs = new Jobs(cluster, { count: 5 });
  const end = await jobs.run();
  done(end);
  equal(jobs.begun.length, 5);
  const arrays = end.events.filter(({ job, instance }) =>
    job !== undefined && instance?.startsWith("work")
  ).map(({ job }) => String(job).split("_")[0]);
  equal(new Set(arrays).size, 3);
});

test("a project may lie in a folder whose name shells, Slurm and URLs read otherwise, but for a backslash", async () => {
  await using cluster = await Cluster.start({ nodes: 1 });
  await using jobs = new Jobs(cluster, {
    count: 2,
    folder: `it's a %j %A "$HOME" ; # ü 100%`,
  });
  const end = await jobs.run();
  done(end);
  equal(jobs.result, "alpha\n1: 1 \nalpha\n2: 1 \n");
  deepEqual(left(jobs), []);

  await using other = new Jobs(cluster, { count: 1, folder: "a\\b" });
  const { what, seen, hint } = Jobs.failure(await other.run(), "first");
  equal(what, "Cannot submit first");
  match(seen, /^its backslash is left out of .*a\\b/);
  equal(hint, "move the project to another folder");
});

test("without Slurm, --executor slurm says what is missing", async () => {
  await using jobs = new Jobs(undefined, { count: 1 });
  const PATH = withoutSlurm();
  const end = await jobs.run("slurm", { PATH });
  Deno.removeSync(PATH, { recursive: true });
  equal(end.code, 1);
  const { what, hint } = Jobs.failure(end, "first");
  equal(what, "Cannot submit first");
  match(hint, /deno task doctor/);
});
