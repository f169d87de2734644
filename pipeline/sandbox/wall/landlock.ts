/**
 * Puts Landlock around a process: it gives up, for itself and all that it becomes and starts,
 * every file that it does not list. No root, no package; Linux 5.13 and later.
 * What it has no rule for, a read-only view of the file system (namespace.ts) and
 * a filter of system calls (seccomp.ts) add.
 *
 * Spoken to through the libc of the machine.
 */
import {
  address,
  cString,
  cStrings,
  openLibc,
  openSyscall,
  type Syscall,
} from "./libc.ts";
import { seal } from "./namespace.ts";
import type { Restriction, Rule } from "./restriction.ts";
import { filter } from "./seccomp.ts";

const CREATE_RULESET = 444n;
const ADD_RULE = 445n;
const RESTRICT_SELF = 446n;

/** Asks `CREATE_RULESET` for the ABI instead. */
const VERSION = 1;
const PATH_BENEATH = 1;
const O_PATH_CLOEXEC = 0o12000000;
const PR_SET_PDEATHSIG = 1n;
const PR_SET_NO_NEW_PRIVS = 38n;
const PR_SET_SECCOMP = 22n;
const SECCOMP_MODE_FILTER = 2n;
const CAPABILITY_VERSION_3 = 0x20080522;
// CHOWN, DAC_OVERRIDE, DAC_READ_SEARCH, FOWNER, FSETID: root reads its files.
const KEPT_CAPABILITIES = 0b11111;
const SIGKILL = 9n;
const SIGPIPE = 13;

// LANDLOCK_ACCESS_FS_*, see linux/landlock.h.
const EXECUTE = 1 << 0;
const WRITE_FILE = 1 << 1;
const READ_FILE = 1 << 2;
const READ_DIR = 1 << 3;
const REMOVE_DIR = 1 << 4;
const REMOVE_FILE = 1 << 5;
const MAKE_DIR = 1 << 7;
const MAKE_REG = 1 << 8;
const MAKE_SOCK = 1 << 9;
const MAKE_FIFO = 1 << 10;
const MAKE_SYM = 1 << 12;
const REFER = 1 << 13;
const TRUNCATE = 1 << 14;
const IOCTL_DEV = 1 << 15;

/** The rights that make sense for a file; the kernel refuses others. */
const FOR_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV;

const RIGHTS: { readonly [access in Rule["access"]]: number } = {
  list: READ_DIR,
  read: READ_FILE | READ_DIR,
  run: READ_FILE | READ_DIR | EXECUTE,
  // No device nodes. Links are fine: what they lead to is asked for anew.
  write: EXECUTE | WRITE_FILE | READ_FILE | READ_DIR | REMOVE_DIR |
    REMOVE_FILE | MAKE_DIR | MAKE_REG | MAKE_SOCK | MAKE_FIFO | MAKE_SYM |
    REFER | TRUNCATE,
  device: WRITE_FILE | READ_FILE | READ_DIR | IOCTL_DEV,
};

/** All rights that an ABI knows, and so can take away. */
function handled(abi: number): number {
  if (abi >= 5) return 0xffff;
  if (abi >= 3) return 0x7fff;
  return abi >= 2 ? 0x3fff : 0x1fff;
}

/** The kernel's Landlock ABI, from 1; 0 where there is none. */
export function landlockAbi(): number {
  if (Deno.build.os !== "linux") return 0;
  try {
    using library = openSyscall();
    return abiOf(library.symbols.syscall);
  } catch (error) {
    // No glibc, or an engine that was not allowed to ask.
    if (error instanceof Error) return 0;
    throw error;
  }
}

function abiOf(syscall: Syscall): number {
  return Math.max(
    0,
    Number(syscall(CREATE_RULESET, null, 0n, BigInt(VERSION), 0n)),
  );
}

/**
 * Restricts this process and becomes the program. Returns only by throwing.
 * With `parent`, the kernel kills the program when that process ends.
 */
export function restrictAndExecute(
  { rules, writable, net, gpu, program, args, env }: Restriction,
  parent: number | undefined,
): never {
  const library = openLibc();
  const { symbols: libc } = library;
  const check = (result: number | bigint, action: string): number => {
    if (result >= 0) return Number(result);
    const at = libc.__errno_location();
    const code = at === null ? 0 : new Deno.UnsafePointerView(at).getInt32();
    throw new Error(`Cannot ${action}: errno ${code}`);
  };
  const abi = abiOf(libc.syscall);
  // Before the rules, which hold for files as they are seen then.
  seal(library, writable);
  // A kernel takes a longer structure only if what it does not know is zero.
  const attributes = new BigUint64Array([
    BigInt(handled(abi)),
    abi >= 4 && !net ? 3n : 0n, // bind and connect
    abi >= 6 ? 3n : 0n, // abstract sockets and signals stay inside
  ]);
  const size = abi >= 6 ? 24n : abi >= 4 ? 16n : 8n;
  const ruleset = check(
    libc.syscall(CREATE_RULESET, attributes, size, 0n, 0n),
    "create a Landlock ruleset",
  );
  for (const { path, access } of rules) {
    const file = libc.open(cString(path), O_PATH_CLOEXEC);
    // What is not there cannot be read either.
    if (file < 0) continue;
    const isFile = !Deno.statSync(path).isDirectory;
    const rights = RIGHTS[access] & handled(abi) & (isFile ? FOR_FILES : ~0);
    // struct { u64 allowed_access; s32 parent_fd } packed
    const rule = new DataView(new ArrayBuffer(12));
    rule.setBigUint64(0, BigInt(rights), true);
    rule.setInt32(8, file, true);
    check(
      libc.add(
        ADD_RULE,
        BigInt(ruleset),
        BigInt(PATH_BENEATH),
        rule.buffer,
        0n,
      ),
      `allow ${access} of ${path}`,
    );
    libc.close(file);
  }
  check(libc.prctl(PR_SET_NO_NEW_PRIVS, 1n, 0n, 0n, 0n), "give up privileges");
  if (parent !== undefined) {
    check(
      libc.prctl(PR_SET_PDEATHSIG, SIGKILL, 0n, 0n, 0n),
      "follow the engine",
    );
    if (Deno.ppid !== parent) Deno.exit(1);
  }
  // With PERFMON, root looks into the memory and the environment of any process,
  // and the kernel does not ask Landlock. `no_new_privs` keeps execve from giving
  // it back.
  const header = new Uint32Array([CAPABILITY_VERSION_3, 0]);
  // effective, permitted, inheritable of the first 32 capabilities; of the rest
  const capabilities = new Uint32Array(6);
  check(libc.capget(header, capabilities), "read its capabilities");
  // Nobody else has any, unless in a user namespace, which gave them to mount.
  const kept = Deno.uid() === 0 ? KEPT_CAPABILITIES : 0;
  const fewer = capabilities.map((set, index) => index < 2 ? set & kept : 0);
  check(libc.capset(header, fewer), "give up capabilities");
  const environment = cStrings(
    Object.entries(env).map(([name, value]) => `${name}=${value}`),
  );
  const words = cStrings([program, ...args]);
  // Deno ignores it, and what is ignored stays so across exec: `yes | head`
  // would complain.
  libc.signal(SIGPIPE, 0n);
  check(libc.restrict(RESTRICT_SELF, BigInt(ruleset), 0n), "restrict itself");
  const calls = filter({ net, gpu });
  // Refused by a kernel without filters, of which the engine has told.
  if (calls !== undefined) {
    // struct sock_fprog { unsigned short len; struct sock_filter *filter }
    const fprog = new DataView(new ArrayBuffer(16));
    fprog.setUint16(0, calls.byteLength / 8, true);
    fprog.setBigUint64(8, address(calls), true);
    libc.prctl(
      PR_SET_SECCOMP,
      SECCOMP_MODE_FILTER,
      address(new Uint8Array(fprog.buffer)),
      0n,
      0n,
    );
  }
  check(
    libc.execve(cString(program), words, environment),
    `execute ${program}`,
  );
  throw new Error("execve returned");
}
