/**
 * Head and nodes with different views of one folder, as a network file system gives
 * them: what the one writes, the other sees up to twenty seconds later, and a name
 * that was asked for before it was there stays absent for as long. No kernel here has
 * an NFS client; sshfs over a pipe is the stand-in, in a mount namespace of its own.
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { existsSync } from "node:fs";
import { Cluster, hasViews } from "../../rig/cluster.ts";
import { skip } from "../../rig/skip.ts";
import type { Finding } from "../../../pipeline/project/finding.ts";
import { Jobs } from "./jobs.ts";

const WHAT = "several views of one folder";
const SFTP = "/usr/lib/openssh/sftp-server";
const ignore = !hasViews(WHAT) || !hasSshfs();

function hasSshfs(): boolean {
  const there = ["/usr/bin/sshfs", SFTP, "/dev/fuse"].every(existsSync);
  if (!there) {
    skip(WHAT, "there is no sshfs (Debian: sshfs openssh-sftp-server)");
  }
  return there;
}

/** A view of a folder that is late by as long as its caches hold. */
class View implements Disposable {
  readonly #other = Deno.makeTempDirSync({ prefix: "view-" });

  constructor(private readonly root: string) {
    Deno.writeTextFileSync(`${this.#other}.sh`, `#!/bin/sh\nexec ${SFTP}\n`, {
      mode: 0o755,
    });
  }

  /** A command line that has the view, and becomes the program that follows. */
  get before(): string[] {
    const options = [
      `ssh_command=${this.#other}.sh`,
      ...["entry_timeout=20", "attr_timeout=20", "negative_timeout=20"],
      ...["dcache_timeout=20", "dcache_stat_timeout=20", "auto_cache"],
    ].join(",");
    const view = [
      // Where a process stands, it keeps the view before.
      "cd /",
      // The pipe's other end goes around the mount, or it would wait for itself.
      `mount --bind '${this.root}' '${this.#other}'`,
      `sshfs -o ${options} x:'${this.#other}' '${this.root}' > /dev/null 2>&1`,
      `cd '${this.root}'`,
      'exec "$@"',
    ].join(" && ");
    return ["unshare", "--mount", "sh", "-c", view, "sh"];
  }

  /** Ends its file systems: they live as long as their process. */
  [Symbol.dispose](): void {
    for (const { name } of Deno.readDirSync("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      try {
        const line = Deno.readTextFileSync(`/proc/${name}/cmdline`);
        if (line.startsWith("sshfs\0") && line.includes(this.root)) {
          Deno.kill(Number(name), "SIGKILL");
        }
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error; // it has ended
      }
    }
    Deno.removeSync(this.#other);
    Deno.removeSync(`${this.#other}.sh`);
  }
}

Deno.test({
  name:
    "a head that sees late what its nodes write makes the same, each instance once",
  ignore,
  async fn() {
    await using cluster = await Cluster.start();
    await using jobs = new Jobs(cluster);
    using view = new View(jobs.program.root);
    jobs.program.before = view.before;
    const { code, err } = await jobs.run();
    equal(code, 0, err);
    deepEqual(jobs.begun.toSorted(), ["work1", "work2", "work3"]);
    equal(jobs.result, "alpha\n1: 1 \nalpha\n2: 1 \nalpha\n3: 1 \n");
  },
});

Deno.test({
  name:
    "doctor says that locks do not hold between views that keep each its own",
  ignore,
  async fn() {
    await using cluster = await Cluster.start({ nodes: 1 });
    await using jobs = new Jobs(cluster);
    using view = new View(jobs.program.root);
    jobs.program.before = view.before;
    const { code, out } = await jobs.program.run(
      { ...cluster.env },
      ...["doctor", "--json"],
    );
    const found: Finding[] = out.trim().split("\n")
      .map((line) => JSON.parse(line));
    const of = (subject: string) =>
      found.find((one) => one.subject === subject)!;
    equal(of("shared folder").kind, "good", out);
    equal(of("locks").kind, "bad");
    match(of("locks").found, /does not keep n1 out/);
    match(of("locks").hint ?? "", /only one head at a time/);
    equal(code, 1);
  },
});
