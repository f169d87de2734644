/**
 * A real Slurm cluster on this machine: munged, one controller and some emulated
 * nodes, in a temporary folder, with a key, ports and a configuration of its own.
 * Up in a third of a second. Nothing outside of the folder is touched, and all that
 * was started is ended, by its process.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { skip } from "./skip.ts";
import { until, within } from "./wait.ts";

const PROGRAMS = ["munged", "slurmctld", "slurmd"];
const PLACES = ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"];

/** Where a daemon is, if it is installed. */
function find(program: string): string | undefined {
  return PLACES.map((folder) => join(folder, program)).find(existsSync);
}

/** Whether there is a Slurm; says that the tests of something are skipped where there is none. */
export function hasSlurm(what: string): boolean {
  const missing = PROGRAMS.filter((program) => find(program) === undefined);
  if (missing.length === 0) return true;
  if (Deno.env.get("CI_REQUIRE_SLURM")) {
    throw new Error(`${missing.join(", ")} must be installed here`);
  }
  skip(what, "Slurm is not installed (Debian: slurm-wlm munge)");
  return false;
}

/** Whether this user may give a node mounts of its own. */
export function hasViews(what: string): boolean {
  if (!hasSlurm(what)) return false;
  const { success } = new Deno.Command("unshare", {
    args: ["--mount", "mount", "-t", "tmpfs", "none", "/mnt"],
    stdout: "null",
    stderr: "null",
  }).outputSync();
  if (!success) skip(what, "this user may not mount anything");
  return success;
}

/** What can be chosen of a cluster. */
interface Shape {
  readonly nodes?: number;
  /** What the nodes see, see `startNode`. */
  readonly view?: string;
  /** A command line that becomes each node's daemon. */
  readonly before?: readonly string[];
  readonly cpus?: number;
  /** MaxArraySize. */
  readonly array?: number;
  /** Lines of slurm.conf that come last. */
  readonly more?: string;
}

/** A cluster at work. */
export class Cluster implements AsyncDisposable {
  readonly folder: string;
  readonly nodes: readonly string[];
  readonly #daemons = new Map<string, Deno.ChildProcess>();

  private constructor({ nodes = 3, cpus = 4, array = 2001, more = "" }: Shape) {
    this.folder = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "slurm-" }));
    this.nodes = Array.from({ length: nodes }, (_, at) => `n${at + 1}`);
    const at = (name: string) => join(this.folder, name);
    for (const name of ["state", "log", ...this.nodes]) mkdirSync(at(name));
    const key = crypto.getRandomValues(new Uint8Array(1024));
    Deno.writeFileSync(at("key"), key, { mode: 0o400 });
    const ports = free(1 + nodes);
    const host = hostname().split(".")[0];
    const user = userInfo().username;
    const lines = [
      "ClusterName=test",
      `SlurmctldHost=${host}(127.0.0.1)`,
      `SlurmctldPort=${ports[0]}`,
      `SlurmUser=${user}`,
      `SlurmdUser=${user}`,
      "AuthType=auth/munge",
      `AuthInfo=socket=${at("munge.sock")}`,
      `StateSaveLocation=${at("state")}`,
      `SlurmdSpoolDir=${at("%n")}`,
      `SlurmctldPidFile=${at("slurmctld.pid")}`,
      `SlurmdPidFile=${at("slurmd.%n.pid")}`,
      `SlurmctldLogFile=${at("log/slurmctld.log")}`,
      `SlurmdLogFile=${at("log/slurmd.%n.log")}`,
      "ReturnToService=2",
      "SelectType=select/cons_tres",
      "SelectTypeParameters=CR_CPU_Memory",
      "SlurmdParameters=config_overrides",
      "ProctrackType=proctrack/linuxproc",
      "TaskPlugin=task/none",
      "MpiDefault=none",
      `MaxArraySize=${array}`,
      "MaxJobCount=20000",
      "MinJobAge=300",
      "KillWait=5",
      "MessageTimeout=5",
      "SlurmctldTimeout=10",
      "SlurmdTimeout=10",
      "JobAcctGatherFrequency=1",
      "JobAcctGatherType=jobacct_gather/linux",
      "JobAcctGatherParams=OverMemoryKill",
      "SchedulerParameters=batch_sched_delay=0,sched_min_interval=0",
      "PreemptType=preempt/partition_prio",
      "PreemptMode=CANCEL",
      "GresTypes=gpu",
      ...this.nodes.map((node, index) =>
        `NodeName=${node} NodeHostname=${host} NodeAddr=127.0.0.1 ` +
        `Port=${ports[index + 1]} CPUs=${cpus} RealMemory=64000 Gres=gpu:2`
      ),
      "PartitionName=main Nodes=ALL Default=YES MaxTime=60 PriorityTier=1 PreemptMode=CANCEL",
      "PartitionName=urgent Nodes=ALL MaxTime=60 PriorityTier=9 PreemptMode=OFF",
      more,
    ];
    Deno.writeTextFileSync(at("slurm.conf"), lines.join("\n") + "\n");
    // Any character device passes for a graphics card.
    Deno.writeTextFileSync(
      at("gres.conf"),
      ["zero", "full"].map((name) => `Name=gpu File=/dev/${name}\n`).join(""),
    );
  }

  /** A cluster whose nodes are idle. */
  static async start(shape: Shape = {}): Promise<Cluster> {
    const cluster = new Cluster(shape);
    try {
      const at = (name: string) => join(cluster.folder, name);
      cluster.#spawn("munged", [
        find("munged")!,
        "--foreground",
        `--socket=${at("munge.sock")}`,
        `--key-file=${at("key")}`,
        `--pid-file=${at("munged.pid")}`,
        `--log-file=${at("log/munged.log")}`,
        `--seed-file=${at("munge.seed")}`,
        "--num-threads=4",
        // The folder of temporary files is everybody's.
        "--force",
      ]);
      await cluster.#until(
        "the socket of munged",
        () => Promise.resolve(existsSync(at("munge.sock"))),
      );
      await cluster.startController();
      for (const node of cluster.nodes) cluster.startNode(node, shape);
      await cluster.idle();
      return cluster;
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** What a program needs in its environment to be a client. */
  get env(): { readonly SLURM_CONF: string } {
    return { SLURM_CONF: join(this.folder, "slurm.conf") };
  }

  /** Runs a client program; its standard output. */
  async call(program: string, ...args: string[]): Promise<string> {
    const { stdout } = await new Deno.Command("timeout", {
      args: ["60", program, ...args],
      env: this.env,
      stdin: "null",
      stderr: "null",
    }).output();
    return new TextDecoder().decode(stdout);
  }

  /** Starts the controller, and waits until it answers. */
  async startController(): Promise<void> {
    this.#spawn("slurmctld", [find("slurmctld")!, "-D"]);
    await this.#until(
      "a controller that answers",
      async () => (await this.call("scontrol", "ping")).includes("is UP"),
    );
  }

  /** Ends the controller; with SIGKILL, as a crash does. */
  async stopController(signal: Deno.Signal): Promise<void> {
    await this.#stop("slurmctld", signal);
  }

  /**
   * Starts a node's daemon. A node with a `view` has mounts of its own, that a shell
   * script makes: what the head sees, it may see otherwise, or not at all.
   */
  startNode(
    node: string,
    { view, before = [] }: Pick<Shape, "view" | "before"> = {},
  ): void {
    const slurmd = [...before, find("slurmd")!, "-D", "-N", node];
    if (view === undefined) this.#spawn(node, slurmd);
    else {
      this.#spawn(node, [
        ...["unshare", "--mount", "sh", "-c", `${view} && exec "$@"`, "sh"],
        ...slurmd,
      ]);
    }
  }

  /** Ends a node's daemon, with all that runs there, as a power failure does. */
  async stopNode(node: string): Promise<void> {
    for (const pid of this.#steps(node)) kill(pid, "SIGKILL");
    await this.#stop(node, "SIGKILL");
  }

  /** Lets no more jobs begin; those that run go on. */
  drain(): Promise<void> {
    return this.#set("State=DRAIN", "Reason=test");
  }

  /** Lets jobs begin again. */
  resume(): Promise<void> {
    return this.#set("State=RESUME");
  }

  async #set(...words: string[]): Promise<void> {
    const nodes = `NodeName=${this.nodes.join(",")}`;
    await this.call("scontrol", "update", nodes, ...words);
  }

  /** Waits until all nodes are idle. */
  idle(): Promise<void> {
    return this.#until("idle nodes", async () => {
      const said = await this.call(
        "sinfo",
        "-h",
        "-N",
        "-p",
        "main",
        "-o",
        "%T",
      );
      const states = said.trim().split("\n");
      return states.length === this.nodes.length &&
        states.every((state) => state === "idle");
    });
  }

  /** Waits until the queue says something of its jobs. */
  async queue(fits: (lines: readonly string[]) => boolean): Promise<void> {
    let last = "";
    await this.#until(
      () => `the queue as it should be, not\n${last}`,
      async () => {
        last = await this.call(
          "squeue",
          ...["-h", "-r", "-t", "all", "-o", "%i %T %j %N"],
        );
        return fits(last.split("\n").filter(Boolean));
      },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const node of this.nodes) {
      for (const pid of this.#steps(node)) kill(pid, "SIGKILL");
    }
    for (const name of [...this.#daemons.keys()].toReversed()) {
      await this.#stop(name, "SIGKILL");
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  #spawn(name: string, [program = "", ...args]: readonly string[]): void {
    const child = new Deno.Command(program, {
      args,
      env: this.env,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    this.#daemons.set(name, child);
  }

  async #stop(name: string, signal: Deno.Signal): Promise<void> {
    const daemon = this.#daemons.get(name);
    this.#daemons.delete(name);
    if (!daemon) return;
    kill(daemon.pid, signal);
    await within(30, `the end of ${name}`, daemon.status);
  }

  /** The processes that run jobs on a node, and what they started. */
  #steps(node: string): number[] {
    const all = [...Deno.readDirSync("/proc")].flatMap(({ name }) => {
      if (!/^\d+$/.test(name)) return [];
      const [, parent = "0"] =
        /^PPid:\s*(\d+)/m.exec(text(`/proc/${name}/status`)) ?? [];
      return [{ pid: Number(name), parent: Number(parent) }];
    });
    const below = (pid: number): number[] => [
      pid,
      ...all.filter(({ parent }) => parent === pid)
        .flatMap((one) => below(one.pid)),
    ];
    // What runs a job's script writes to the log of its node's daemon.
    const log = join(this.folder, `log/slurmd.${node}.log`);
    return all.filter(({ pid }) =>
      text(`/proc/${pid}/cmdline`).startsWith("slurmstepd") &&
      links(`/proc/${pid}/fd`).some((path) => path.startsWith(log))
    ).flatMap(({ pid }) => below(pid));
  }

  #until(
    what: string | (() => string),
    fits: () => Promise<boolean>,
  ): Promise<void> {
    const log = join(this.folder, "log/slurmctld.log");
    return until(
      60,
      () =>
        `${text(log).slice(-3000)}\n\n${
          typeof what === "string" ? what : what()
        }`,
      fits,
    );
  }
}

/** Ports that nobody listens on now. */
function free(count: number): number[] {
  const listeners = Array.from(
    { length: count },
    () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  );
  const ports = listeners.map(({ addr }) => (addr as Deno.NetAddr).port);
  for (const listener of listeners) listener.close();
  return ports;
}

function kill(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function text(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // a process that ended, or somebody else's
  }
}

function links(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) =>
      Deno.readLinkSync(join(folder, name))
    );
  } catch {
    return []; // the same
  }
}
