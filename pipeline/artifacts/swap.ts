/**
 * Exchanges two folders in one step of the kernel: whoever looks finds the one or
 * the other, never none and never some of both. Linux: `renameat2` with
 * `RENAME_EXCHANGE`; macOS: `renamex_np` with `RENAME_SWAP`. Neither Deno nor
 * Node has a name for it.
 */

/** Whether it was done, or why not, as errno has it; `0`: there is no such call. */
type Swapped = "done" | number;

/** Exchanges what two names stand for. Both must exist, on one file system. */
export function swap(one: string, other: string): Swapped {
  return (call ??= openCall())(one, other);
}

type Call = (one: string, other: string) => Swapped;

let call: Call | undefined;

const AT_FDCWD = -100;
const RENAME_EXCHANGE = 2;
const RENAME_SWAP = 2;

function openCall(): Call {
  try {
    if (Deno.build.os === "linux") return openLinux();
    if (Deno.build.os === "darwin") return openDarwin();
  } catch (error) {
    // No such C library, no such function in it, or no permission to use it.
    if (!(error instanceof Error)) throw error;
  }
  return () => 0;
}

function openLinux(): Call {
  const { symbols } = Deno.dlopen("libc.so.6", {
    renameat2: {
      parameters: ["i32", "buffer", "i32", "buffer", "u32"],
      result: "i32",
    },
    __errno_location: { parameters: [], result: "pointer" },
  });
  return (one, other) => {
    const [from, to] = [text(one), text(other)];
    const result = symbols.renameat2(
      AT_FDCWD,
      from,
      AT_FDCWD,
      to,
      RENAME_EXCHANGE,
    );
    return result === 0 ? "done" : errno(symbols.__errno_location());
  };
}

function openDarwin(): Call {
  const { symbols } = Deno.dlopen("libSystem.dylib", {
    renamex_np: { parameters: ["buffer", "buffer", "u32"], result: "i32" },
    __error: { parameters: [], result: "pointer" },
  });
  return (one, other) =>
    symbols.renamex_np(text(one), text(other), RENAME_SWAP) === 0
      ? "done"
      : errno(symbols.__error());
}

function errno(location: Deno.PointerValue): number {
  return location ? new Deno.UnsafePointerView(location).getInt32() : 0;
}

function text(path: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(path + "\0");
}
