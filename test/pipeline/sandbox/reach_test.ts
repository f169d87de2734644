/**
 * What leads out of a sandbox without opening a file: each tried by a real
 * system call, without a wall first, where it must succeed to prove anything.
 */
import { equal, match } from "node:assert/strict";
import { type KernelWall } from "../../../pipeline/sandbox/wall/wall.ts";
import { wallWarning } from "../../../pipeline/sandbox/containment.ts";
import { filter, type Needs } from "../../../pipeline/sandbox/wall/seccomp.ts";
import { skip } from "../../rig/skip.ts";
import { Project } from "./project.ts";
import { walls } from "./walls.ts";

const reach = `${import.meta.dirname}/reach.ts`;

async function attempt(
  name: string,
  wall: KernelWall,
  net: readonly string[] = [],
): Promise<string> {
  await using project = await Project.make();
  const file = project.write("file.txt", "content");
  const socket = `${project.root}/socket`;
  using unix = Deno.listen({ transport: "unix", path: socket });
  using tcp = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const victim = new Deno.Command("sleep", { args: ["1000"] }).spawn();
  void unix;
  try {
    const ran = await project.run({
      ...project.stage("", { inputs: { file } }),
      runs: {
        kind: "command",
        command: [
          Deno.execPath(),
          "run",
          "--no-config",
          "--no-lock",
          "--no-check",
          "--allow-all",
          reach,
          name,
          JSON.stringify({
            file,
            socket,
            port: tcp.addr.port,
            pid: victim.pid,
            xattr: "user.probe",
          }),
        ],
      },
      permissions: { net, read: [reach] },
    }, wall);
    return ran.log.trim().split("\n").at(-1) ?? "";
  } finally {
    victim.kill("SIGKILL");
    await victim.status;
  }
}

/** What only a file system of its own holds back. */
const FILES = [
  "the rights of a file",
  "the rights of an open file",
  "the owner of a file",
  "the times of a file",
  "the attributes of a file",
];

const OUT = [
  "a unix socket by its path",
  "multipath TCP",
  "UDP",
  "a port to listen on",
  ...FILES,
  "shared memory",
  "semaphores",
  "message queues",
  "the priority of another process",
  "the limits of another process",
  "io_uring",
];

const seals = new Deno.Command("unshare", {
  args: [
    ...(Deno.uid() === 0
      ? []
      : ["--user", "--map-current-user", "--keep-caps"]),
    "--mount",
    "true",
  ],
  stderr: "null",
}).outputSync().success;
if (!seals) skip("rights of files behind Landlock", "no mount namespaces here");

for (const name of OUT) {
  Deno.test(`without a wall, a command reaches ${name}; behind ${walls.join(" and ")} it does not`, async () => {
    if (await attempt(name, "none") !== "reached") {
      return skip(`a command that reaches ${name}`, "this machine has none");
    }
    for (const wall of walls) {
      if (wall === "landlock" && !seals && FILES.includes(name)) continue;
      equal(await attempt(name, wall), "refused", wall);
    }
  });
}

for (const wall of walls) {
  Deno.test(`behind ${wall}, a command with a network reaches no unix socket and no multipath TCP`, async () => {
    const net = ["127.0.0.1"];
    equal(await attempt("UDP", wall, net), "reached");
    equal(await attempt("a unix socket by its path", wall, net), "refused");
    equal(await attempt("multipath TCP", wall, net), "refused");
  });

  for (
    const name of [
      "a pair of sockets",
      "its own priority",
      "its own limits",
      "the rights of its own file",
      // Behind bwrap the two are mounts of their own.
      ...(wall === "landlock" ? ["a move from its folder to its outputs"] : []),
    ]
  ) {
    Deno.test(`behind ${wall}, a command may have ${name}`, async () => {
      equal(await attempt(name, wall), "reached");
    });
  }
}

/** What a filter says to a system call: the few instructions of BPF that it uses. */
function decide(
  program: Uint8Array<ArrayBuffer>,
  arch: number,
  call: number,
  args: readonly number[],
): "allowed" | "refused" {
  const entry = new DataView(new ArrayBuffer(64));
  entry.setUint32(0, call, true);
  entry.setUint32(4, arch, true);
  args.forEach((value, index) =>
    entry.setBigUint64(16 + 8 * index, BigInt(value), true)
  );
  const code = new DataView(program.buffer);
  let word = 0;
  for (let at = 0; at < program.byteLength; at += 8) {
    const value = code.getUint32(at + 4, true);
    const jump = (taken: boolean) =>
      at += 8 * code.getUint8(at + (taken ? 2 : 3));
    switch (code.getUint16(at, true)) {
      case 0x20:
        word = entry.getUint32(value, true);
        break;
      case 0x54:
        word = (word & value) >>> 0;
        break;
      case 0x15:
        jump(word === value);
        break;
      case 0x35:
        jump(word >= value);
        break;
      case 0x06:
        return value === 0x7fff0000 ? "allowed" : "refused";
      default:
        throw new Error(`No instruction ${code.getUint16(at, true)}`);
    }
  }
  throw new Error("The filter does not decide");
}

Deno.test("filter() decides the same on both machines, and refuses the calls of another one", () => {
  const machines = {
    x86_64: { arch: 0xc000003e, socket: 41, shmget: 29, prlimit: 302, read: 0 },
    aarch64: {
      arch: 0xc00000b7,
      socket: 198,
      shmget: 194,
      prlimit: 261,
      read: 63,
    },
  };
  const offline = { net: false, gpu: false };
  const online = { net: true, gpu: false };
  const graphics = { net: false, gpu: true };
  const CLOEXEC = 0o2000000;
  for (const name of ["x86_64", "aarch64"] as const) {
    const { arch, ...calls } = machines[name];
    const says = (
      needs: Needs,
      call: keyof typeof calls,
      ...args: number[]
    ) => decide(filter(needs, name)!, arch, calls[call], args);
    equal(says(offline, "read", 0, 0, 10), "allowed");
    equal(says(offline, "shmget", 0, 4096, 0), "refused");
    equal(says(offline, "prlimit", 0, 7, 0, 0), "allowed");
    equal(says(offline, "prlimit", 1, 7, 0, 0), "refused");
    for (const family of [1, 2, 10, 16, 17, 38, 40]) {
      equal(says(offline, "socket", family, 1, 0), "refused");
    }
    equal(says(online, "socket", 2, 1 | CLOEXEC, 0), "allowed");
    equal(says(online, "socket", 10, 2, 17), "allowed");
    equal(says(online, "socket", 10, 1, 262), "refused");
    equal(says(online, "socket", 16, 3, 0), "allowed");
    equal(says(online, "socket", 16, 3, 9), "refused");
    for (const family of [1, 17, 38, 40]) {
      equal(says(online, "socket", family, 1, 0), "refused");
    }
    equal(says(graphics, "socket", 1, 5 | CLOEXEC, 0), "allowed");
    equal(says(graphics, "socket", 1, 2, 0), "refused");
    equal(says(graphics, "socket", 2, 1, 0), "refused");
    const strange = filter(offline, name)!;
    equal(decide(strange, 0x40000003, calls.read, []), "refused");
    equal(decide(strange, arch, calls.read + 0x40000000, []), "refused");
  }
});

Deno.test("wallWarning() says that a kernel without filters leaves a wall open, and only then", () => {
  for (const wall of ["landlock", "bwrap"] as const) {
    equal(wallWarning(wall, true), undefined);
    match(wallWarning(wall, false) ?? "", /no seccomp filter.*unix sockets/);
  }
  equal(wallWarning("deno", false), undefined);
});
