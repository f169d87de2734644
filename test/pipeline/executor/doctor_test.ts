/** `doctor`, and runs, on clusters that lack something. */
import { deepEqual, equal, match, ok as yes } from "node:assert/strict";
import { existsSync } from "node:fs";
import { Cluster, hasSlurm, hasViews } from "../../rig/cluster.ts";
import { has } from "../../rig/python.ts";
import type { Finding } from "../../../pipeline/project/finding.ts";
import { minutesOf } from "../../../pipeline/executor/slurm/doctor.ts";
import { Jobs, withoutSlurm } from "./jobs.ts";

const slurm = !hasSlurm("the doctor of a cluster");
const views = !hasViews("nodes that see something else than the head");

/** What the doctor says of a project on a cluster. */
async function ask(
  jobs: Jobs,
  env: { [name: string]: string } = {},
): Promise<{ code: number; found: { [subject: string]: Finding } }> {
  const { code, out, err } = await jobs.program.run(
    { ...jobs.cluster?.env, ...env },
    ...["doctor", "--json"],
  );
  equal(err, "");
  const all: Finding[] = out.trim().split("\n").map((line) => JSON.parse(line));
  return {
    code,
    found: Object.fromEntries(all.map((one) => [one.subject, one])),
  };
}

Deno.test({
  name: "doctor finds a cluster good whose nodes have what the head has",
  ignore: slurm,
  async fn() {
    await using cluster = await Cluster.start({ nodes: 1 });
    await using jobs = new Jobs(cluster);
    const { code, found } = await ask(jobs);
    deepEqual(
      Object.values(found).filter(({ kind }) => kind === "bad"),
      [],
    );
    equal(code, 0);
    match(found["shared folder"]!.found, /^n1 sees what is written here/);
    match(found.partition!.found, /^main: 1 nodes, UP, at most 01:00:00/);
    match(found.locks!.found, /^they hold/);
    deepEqual(
      await Array.fromAsync(Deno.readDir(`${jobs.program.root}/.store/arrays`)),
      [],
    );
  },
});

Deno.test({
  name: "doctor names a partition that is not there, and those that are",
  ignore: slurm,
  async fn() {
    await using cluster = await Cluster.start({ nodes: 1 });
    await using jobs = new Jobs(cluster, { settings: { partition: "long" } });
    const { code, found } = await ask(jobs);
    equal(code, 1);
    equal(found.partition!.kind, "bad");
    match(found.partition!.found, /there is no "long"; there are main, urgent/);
  },
});

Deno.test({
  name: "doctor says that a controller does not answer",
  ignore: slurm,
  async fn() {
    await using cluster = await Cluster.start({ nodes: 1 });
    await using jobs = new Jobs(cluster);
    await cluster.stopController("SIGKILL");
    const { code, found } = await ask(jobs);
    equal(code, 1);
    equal(found.controller!.kind, "bad");
  },
});

Deno.test("doctor takes no Slurm for no fault, and says what to do for one", async () => {
  await using jobs = new Jobs(undefined);
  const PATH = withoutSlurm();
  const { code, found } = await ask(jobs, { PATH });
  Deno.removeSync(PATH, { recursive: true });
  equal(code, 0);
  equal(found.Slurm!.kind, "doubt");
  match(found.Slurm!.hint ?? "", /sbatch/);
  equal(found.Deno!.kind, "good");
});

Deno.test({
  name: "a store that the nodes do not see: doctor and run say so",
  ignore: views,
  async fn() {
    await using jobs = new Jobs(undefined, { count: 1 });
    await using cluster = await Cluster.start({
      nodes: 1,
      view: `mount -t tmpfs none '${jobs.program.root}'`,
    });
    const { code, found } = await ask(jobs, cluster.env);
    equal(code, 1);
    equal(found["shared folder"]!.kind, "bad");
    match(found["shared folder"]!.hint ?? "", /all nodes share/);
    const end = await jobs.run("slurm", cluster.env);
    equal(end.code, 1);
    const { what, hint } = Jobs.failure(end, "first");
    equal(what, "The job of first could not begin");
    match(hint, /deno task doctor/);
  },
});

Deno.test({
  name: "nodes without Deno: doctor and run say so",
  ignore: views,
  async fn() {
    await using jobs = new Jobs(undefined, { count: 1 });
    await using cluster = await Cluster.start({
      nodes: 1,
      view: `mount --bind /dev/null '${Deno.execPath()}'`,
    });
    const { code, found } = await ask(jobs, cluster.env);
    equal(code, 1);
    equal(found["Deno on a node"]!.kind, "bad");
    match(found["Deno on a node"]!.found, /there is no Deno here/);
    const end = await jobs.run("slurm", cluster.env);
    const { what, tail } = Jobs.failure(end, "first");
    equal(what, "The job of first could not begin");
    yes(tail.some((line) => line.startsWith("there is no Deno here: ")));
  },
});

/** Becomes another program for which the kernel has no Landlock, as an old one has none. */
const OLD = `
import ctypes, os, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
def step(code, jt, jf, k): return struct.pack("HBBI", code, jt, jf, k)
# The number of the call; landlock_create_ruleset is not implemented, the rest is allowed.
steps = step(0x20, 0, 0, 0) + step(0x15, 0, 1, 444) + step(6, 0, 0, 0x50000 | 38) + step(6, 0, 0, 0x7fff0000)
buffer = ctypes.create_string_buffer(steps)
class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("steps", ctypes.c_void_p)]
program = Program(4, ctypes.addressof(buffer))
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, ctypes.byref(program), 0, 0) == 0
os.execvp(sys.argv[1], sys.argv[1:])
`;

Deno.test({
  name:
    "nodes without Landlock: doctor says so, and what needs a wall is not run there",
  ignore: views || !has("ctypes"),
  async fn() {
    await using jobs = new Jobs(undefined, { count: 1, walled: true });
    jobs.program.write("old.py", OLD);
    const bwrap = "/usr/bin/bwrap";
    await using cluster = await Cluster.start({
      nodes: 1,
      view: existsSync(bwrap) ? `mount --bind /dev/null ${bwrap}` : "true",
      before: ["python3", `${jobs.program.root}/old.py`],
    });
    const { code, found } = await ask(jobs, cluster.env);
    equal(code, 0);
    equal(found["walls on a node"]!.kind, "doubt");
    match(found["walls on a node"]!.found, /^neither Landlock nor bubblewrap/);
    const end = await jobs.run("slurm", cluster.env);
    equal(end.code, 1);
    const { what, seen } = Jobs.failure(end, "first");
    equal(what, "Cannot run first behind a kernel wall");
    match(
      seen,
      /^it runs a command; this machine has neither .* \(on node n1, job \d+_0\)$/,
    );
  },
});

Deno.test({
  name: "a node that sees another text of a stage runs nothing",
  ignore: views,
  async fn() {
    await using jobs = new Jobs(undefined, { count: 1 });
    const { root } = jobs.program;
    jobs.program.write("other.js", "export default () => {};\n");
    await using cluster = await Cluster.start({
      nodes: 1,
      view: `mount --bind '${root}/other.js' '${root}/stages/work.js'`,
    });
    const end = await jobs.run("slurm", cluster.env);
    equal(end.code, 1);
    const { what, seen, hint } = Jobs.failure(end, "work[n=1]");
    equal(what, "Cannot run work[n=1] on the node n1");
    match(seen, /^it sees another stages\/work\.js than the head/);
    match(hint, /all nodes share/);
    deepEqual(jobs.begun, []);
  },
});

Deno.test("minutesOf() reads Slurm's ways to write a time", () => {
  deepEqual(
    ["01:00:00", "1-00:00:00", "30:00", "UNLIMITED"].map(minutesOf),
    [60, 1440, 30, Infinity],
  );
});
