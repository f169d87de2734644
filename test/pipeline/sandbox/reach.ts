/**
 * Run as a command's program by reach_test.ts: makes one system call that leads
 * out of a sandbox and prints what came of it, `reached` or `refused`.
 *
 *   reach.ts ATTEMPT {"file":…,"socket":…,"port":…,"pid":…}
 */
const libc = Deno.dlopen("libc.so.6", {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  socketpair: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  listen: { parameters: ["i32", "i32"], result: "i32" },
  chmod: { parameters: ["buffer", "u32"], result: "i32" },
  open: { parameters: ["buffer", "i32"], result: "i32" },
  fchmod: { parameters: ["i32", "u32"], result: "i32" },
  chown: { parameters: ["buffer", "i32", "i32"], result: "i32" },
  utimes: { parameters: ["buffer", "buffer"], result: "i32" },
  setxattr: {
    parameters: ["buffer", "buffer", "buffer", "usize", "i32"],
    result: "i32",
  },
  shmget: { parameters: ["i32", "usize", "i32"], result: "i32" },
  shmctl: { parameters: ["i32", "i32", "buffer"], result: "i32" },
  semget: { parameters: ["i32", "i32", "i32"], result: "i32" },
  semctl: { parameters: ["i32", "i32", "i32"], result: "i32" },
  msgget: { parameters: ["i32", "i32"], result: "i32" },
  msgctl: { parameters: ["i32", "i32", "buffer"], result: "i32" },
  setpriority: { parameters: ["i32", "i32", "i32"], result: "i32" },
  prlimit: { parameters: ["i32", "i32", "buffer", "buffer"], result: "i32" },
  syscall: {
    parameters: ["i64", "i64", "buffer", "buffer", "i64", "i64"],
    result: "i64",
  },
}).symbols;

const UNIX = 1;
const INET = 2;
const STREAM = 1;
const DGRAM = 2;
const MPTCP = 262;
const [attempt = "", given = "{}"] = Deno.args;
const { file, socket, port, pid, xattr }: {
  file: string;
  socket: string;
  port: number;
  pid: number;
  xattr: string;
} = JSON.parse(given);
const text = (value: string) => new TextEncoder().encode(value + "\0");

function inet(type: number, protocol: number): boolean {
  const at = libc.socket(INET, type, protocol);
  const address = new Uint8Array(16);
  address.set([INET, 0, port >> 8, port & 255, 127, 0, 0, 1]);
  return at >= 0 && libc.connect(at, address, 16) === 0;
}

/** Takes away again what would outlive us. */
function created(id: number, remove: (id: number) => unknown): boolean {
  if (id < 0) return false;
  remove(id);
  return true;
}

const attempts: { readonly [name: string]: () => boolean } = {
  "a unix socket by its path": () => {
    const at = libc.socket(UNIX, STREAM, 0);
    const address = new Uint8Array(110);
    address.set([UNIX, 0, ...text(socket)]);
    return at >= 0 && libc.connect(at, address, 110) === 0;
  },
  "multipath TCP": () => inet(STREAM, MPTCP),
  "UDP": () => inet(DGRAM, 0),
  "a port to listen on": () => {
    const at = libc.socket(INET, STREAM, 0);
    return at >= 0 && libc.listen(at, 1) === 0;
  },
  "the rights of a file": () => libc.chmod(text(file), 0o604) === 0,
  "the rights of an open file": () =>
    libc.fchmod(libc.open(text(file), 0), 0o604) === 0,
  "the owner of a file": () =>
    libc.chown(text(file), Deno.uid() ?? 0, Deno.gid() ?? 0) === 0,
  "the times of a file": () =>
    libc.utimes(text(file), new BigInt64Array([1n, 0n, 1n, 0n])) === 0,
  "the attributes of a file": () =>
    libc.setxattr(text(file), text(xattr), text("x"), 1n, 0) === 0,
  "shared memory": () =>
    created(
      libc.shmget(0x5ec8e7, 4096n, 0o1600),
      (id) => libc.shmctl(id, 0, null),
    ),
  "semaphores": () =>
    created(libc.semget(0x5ec8e7, 1, 0o1600), (id) => libc.semctl(id, 0, 0)),
  "message queues": () =>
    created(libc.msgget(0x5ec8e7, 0o1600), (id) => libc.msgctl(id, 0, null)),
  "the priority of another process": () => libc.setpriority(0, pid, 1) === 0,
  "the limits of another process": () =>
    libc.prlimit(pid, 7, null, new BigInt64Array(2)) === 0,
  "io_uring": () =>
    libc.syscall(
      425n,
      1n,
      new Uint8Array(120),
      null,
      0n,
      0n,
    ) >= 0n,
  // What a process may do with itself and its own.
  "a pair of sockets": () =>
    libc.socketpair(UNIX, STREAM, 0, new Int32Array(2)) === 0,
  "its own priority": () => libc.setpriority(0, 0, 1) === 0,
  "its own limits": () => libc.prlimit(0, 7, null, new BigInt64Array(2)) === 0,
  "the rights of its own file": () => {
    Deno.writeTextFileSync("own", "");
    Deno.chmodSync("own", 0o600);
    Deno.utimeSync("own", 1, 1);
    Deno.mkdirSync("folder");
    Deno.renameSync("own", "folder/own");
    return Deno.statSync("folder/own").mode === 0o100600;
  },
  "a move from its folder to its outputs": () => {
    Deno.writeTextFileSync("own", "");
    Deno.renameSync("own", "../output/own");
    return true;
  },
};
const went = attempts[attempt]?.();
if (went === undefined) throw new Error(`No attempt "${attempt}"`);
Deno.stdout.writeSync(
  new TextEncoder().encode(went ? "reached\n" : "refused\n"),
);
