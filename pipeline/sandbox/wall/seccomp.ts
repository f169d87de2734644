/**
 * Filters the system calls of a process behind a wall, and refuses those that
 * leave files alone, so that Landlock has no rule for them, but reach other
 * processes, services or later runs. The filter is a program for the kernel (BPF),
 * the same behind Landlock and behind bubblewrap.
 *
 * It sees numbers and not what pointers lead to. So it cannot tell a socket's
 * path, and unix sockets are refused as a family; pairs of them, which lead
 * nowhere else, are not.
 */

/** What decides over the calls that are let through. */
export interface Needs {
  /** Without it, no sockets at all. */
  readonly net: boolean;
  /** CUDA makes a unix socket that it does not need to connect. */
  readonly gpu: boolean;
}

/** The numbers of one kind of machine. */
interface Machine {
  readonly arch: number;
  readonly calls: { readonly [name in Conditional]: number };
  readonly refused: readonly number[];
}

type Conditional =
  | "socket"
  | "connect"
  | "sendto"
  | "listen"
  | "setpriority"
  | "ioprio_set"
  | "sched_setparam"
  | "sched_setscheduler"
  | "sched_setattr"
  | "prlimit64";

// Refused on every machine. System V's memory, semaphores and queues and POSIX
// queues outlive a process and are found by number or name; so do keyrings.
// io_uring does what it is asked past this filter. Handles open files by number.
const MACHINES: { readonly [arch in typeof Deno.build.arch]?: Machine } = {
  x86_64: {
    arch: 0xc000003e,
    calls: {
      socket: 41,
      connect: 42,
      sendto: 44,
      listen: 50,
      setpriority: 141,
      ioprio_set: 251,
      sched_setparam: 142,
      sched_setscheduler: 144,
      sched_setattr: 314,
      prlimit64: 302,
    },
    refused: [
      ...[29, 30, 31], // shmget, shmat, shmctl
      ...[64, 65, 66, 220], // semget, semop, semctl, semtimedop
      ...[68, 69, 70, 71], // msgget, msgsnd, msgrcv, msgctl
      ...[240, 241], // mq_open, mq_unlink
      ...[248, 249, 250], // add_key, request_key, keyctl
      304, // open_by_handle_at
      321, // bpf
      425, // io_uring_setup
    ],
  },
  aarch64: {
    arch: 0xc00000b7,
    calls: {
      socket: 198,
      connect: 203,
      sendto: 206,
      listen: 201,
      setpriority: 140,
      ioprio_set: 30,
      sched_setparam: 118,
      sched_setscheduler: 119,
      sched_setattr: 274,
      prlimit64: 261,
    },
    refused: [
      ...[194, 196, 195],
      ...[190, 193, 191, 192],
      ...[186, 189, 188, 187],
      ...[180, 181],
      ...[217, 218, 219],
      265,
      280,
      425,
    ],
  },
};

/** One instruction: `struct sock_filter` of linux/filter.h. */
interface Instruction {
  readonly code: number;
  readonly yes?: number;
  readonly no?: number;
  readonly value: number;
}

const RET = (value: number): Instruction => ({ code: 0x06, value });
const ALLOW = RET(0x7fff0000);
const EPERM = 1;
const REFUSE = RET(0x00050000 | EPERM);

/** Takes a word of `struct seccomp_data` into the accumulator. */
const load = (offset: number): Instruction => ({ code: 0x20, value: offset });
const NUMBER = load(0);
const ARCH = load(4);
/** The low half of an argument, which is all of an `int`; both machines store it first. */
const argument = (index: number) => load(16 + 8 * index);
const upper = (index: number) => load(20 + 8 * index);
const mask = (value: number): Instruction => ({ code: 0x54, value });

/** Goes into the block if the accumulator is this value, else past it. */
function when(value: number, block: readonly Instruction[]): Instruction[] {
  return [{ code: 0x15, yes: 0, no: block.length, value }, ...block];
}

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const AF_NETLINK = 16;
const NETLINK_ROUTE = 0;
const SOCK_STREAM = 1;
const SOCK_SEQPACKET = 5;
const IPPROTO_MPTCP = 262;
/** `type` of socket() without SOCK_CLOEXEC and SOCK_NONBLOCK. */
const TYPE = 0xf;
const PRIO_USER = 2;
const IOPRIO_WHO_USER = 3;

/** socket(family, type, protocol) */
function socket({ net, gpu }: Needs): readonly Instruction[] {
  if (!net) {
    // Of those kinds that lead nowhere without `connect`.
    const unix = [
      argument(1),
      mask(TYPE),
      ...when(SOCK_STREAM, [ALLOW]),
      ...when(SOCK_SEQPACKET, [ALLOW]),
      REFUSE,
    ];
    return gpu ? [argument(0), ...when(AF_UNIX, unix), REFUSE] : [REFUSE];
  }
  // Multipath TCP is no TCP to Landlock.
  const inet = [argument(2), ...when(IPPROTO_MPTCP, [REFUSE]), ALLOW];
  // Resolvers ask it which addresses this machine has.
  const netlink = [argument(2), ...when(NETLINK_ROUTE, [ALLOW]), REFUSE];
  return [
    argument(0),
    ...when(AF_INET, inet),
    ...when(AF_INET6, inet),
    ...when(AF_NETLINK, netlink),
    REFUSE,
  ];
}

/** Calls that change who is served first: of oneself only. */
function ofItself(index: number): readonly Instruction[] {
  return [argument(index), ...when(0, [ALLOW]), REFUSE];
}

function conditions(needs: Needs): {
  readonly [name in Conditional]: readonly Instruction[];
} {
  const address = needs.net
    ? [ALLOW]
    : [argument(4), ...when(0, [upper(4), ...when(0, [ALLOW])]), REFUSE];
  return {
    socket: socket(needs),
    connect: [needs.net ? ALLOW : REFUSE],
    sendto: address,
    listen: [needs.net ? ALLOW : REFUSE],
    setpriority: [
      argument(0),
      ...when(PRIO_USER, [REFUSE]),
      ...ofItself(1),
    ],
    ioprio_set: [
      argument(0),
      ...when(IOPRIO_WHO_USER, [REFUSE]),
      ...ofItself(1),
    ],
    sched_setparam: ofItself(0),
    sched_setscheduler: ofItself(0),
    sched_setattr: ofItself(0),
    prlimit64: ofItself(0),
  };
}

/** x86-64 has a second set of numbers (x32), with this bit. */
const OTHER_NUMBERS = 0x40000000;

/** The filter; undefined for a machine whose numbers are not known. */
export function filter(
  needs: Needs,
  machine: typeof Deno.build.arch = Deno.build.arch,
): Uint8Array<ArrayBuffer> | undefined {
  const numbers = MACHINES[machine];
  if (numbers === undefined) return undefined;
  const blocks = conditions(needs);
  const program: Instruction[] = [
    ARCH,
    // Programs of another machine, 32-bit ones, have numbers of their own.
    { code: 0x15, yes: 1, no: 0, value: numbers.arch },
    REFUSE,
    NUMBER,
    { code: 0x35, yes: 0, no: 1, value: OTHER_NUMBERS },
    REFUSE,
    ...numbers.refused.flatMap((call) => when(call, [REFUSE])),
    ...Object.entries(blocks).flatMap(([name, block]) =>
      when(numbers.calls[name as Conditional], block)
    ),
    ALLOW,
  ];
  const bytes = new DataView(new ArrayBuffer(8 * program.length));
  program.forEach(({ code, yes = 0, no = 0, value }, index) => {
    bytes.setUint16(8 * index, code, true);
    bytes.setUint8(8 * index + 2, yes);
    bytes.setUint8(8 * index + 3, no);
    bytes.setUint32(8 * index + 4, value, true);
  });
  return new Uint8Array(bytes.buffer);
}

let works: boolean | undefined;

/** Whether the kernel takes such a filter; asked once. */
export function seccompWorks(): boolean {
  works ??= filter({ net: false, gpu: false }) !== undefined && offered();
  return works;
}

function offered(): boolean {
  try {
    return Deno.readTextFileSync("/proc/sys/kernel/seccomp/actions_avail")
      .split(/\s/).includes("errno");
  } catch (error) {
    if (
      error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.PermissionDenied ||
      error instanceof Deno.errors.NotCapable
    ) return false;
    throw error;
  }
}
