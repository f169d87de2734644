/**
 * The libc of the machine, as far as a process needs it to put walls around
 * itself. System calls newer than 2019 have one number on all machines.
 */
const symbols = {
  // Variadic in C. Integers travel in registers all the same, on both machines.
  syscall: {
    parameters: ["i64", "buffer", "i64", "i64", "i64"],
    result: "i64",
  },
  add: {
    name: "syscall",
    parameters: ["i64", "i64", "i64", "buffer", "i64"],
    result: "i64",
  },
  restrict: {
    name: "syscall",
    parameters: ["i64", "i64", "i64"],
    result: "i64",
  },
  mountSetattr: {
    name: "syscall",
    parameters: ["i64", "i64", "buffer", "i64", "buffer", "i64"],
    result: "i64",
  },
  unshare: { parameters: ["i32"], result: "i32" },
  mount: {
    parameters: ["buffer", "buffer", "buffer", "i64", "buffer"],
    result: "i32",
  },
  open: { parameters: ["buffer", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  prctl: { parameters: ["i64", "i64", "i64", "i64", "i64"], result: "i32" },
  capget: { parameters: ["buffer", "buffer"], result: "i32" },
  capset: { parameters: ["buffer", "buffer"], result: "i32" },
  signal: { parameters: ["i32", "i64"], result: "pointer" },
  execve: { parameters: ["buffer", "buffer", "buffer"], result: "i32" },
  __errno_location: { parameters: [], result: "pointer" },
} as const satisfies Deno.ForeignLibraryInterface;

/** The libc, opened. */
export type Libc = Deno.DynamicLibrary<typeof symbols>;

/** Opens it. Takes 1.5 ms: a tenth for each function. */
export function openLibc(): Libc {
  return Deno.dlopen("libc.so.6", symbols);
}

/** System calls alone, for a question. To be closed by `using`. */
export function openSyscall(): Disposable & {
  readonly symbols: { readonly syscall: Syscall };
} {
  const library = Deno.dlopen("libc.so.6", { syscall: symbols.syscall });
  return {
    symbols: library.symbols,
    [Symbol.dispose]: () => library.close(),
  };
}

/** `syscall` of the libc. */
export type Syscall = Libc["symbols"]["syscall"];

/** Text as C has it. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text + "\0");
}

/** What is pointed to from C, which nothing else would keep. */
const kept: Uint8Array[] = [];

/** The address of some bytes, which stay where they are as long as the process lives. */
export function address(bytes: Uint8Array<ArrayBuffer>): bigint {
  kept.push(bytes);
  return Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes));
}

/** A null-terminated array of C strings. */
export function cStrings(
  texts: readonly string[],
): BigUint64Array<ArrayBuffer> {
  const pointers = new BigUint64Array(texts.length + 1);
  texts.forEach((text, index) => pointers[index] = address(cString(text)));
  return pointers;
}
