/**
 * Runs a whole program in a sandbox, behind the kernel's wall with all that it
 * starts: for code of a stranger, such as an archive's. The stages that the program
 * runs put walls of their own inside.
 */
import { SYSTEM_PATH, systemRules } from "../wall/system.ts";
import type { Restriction, Rule } from "../wall/restriction.ts";
import { probeWall, walled } from "../wall/wall.ts";

/** What is to be run, and what it may touch besides the machine's programs. */
interface ProgramSandbox {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: { readonly [name: string]: string };
  readonly rules: readonly Rule[];
}

/** The end of its output, when it has ended. */
export interface Output {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/**
 * Runs a program to its end. Network is allowed: packages and data come over it.
 * `heard` gets each line of its output as soon as it is there.
 */
export async function runProgram(
  { program, args, cwd, env, rules }: ProgramSandbox,
  signal: AbortSignal,
  heard?: (line: string) => void,
): Promise<Output> {
  const restriction: Restriction = {
    rules: [...systemRules({ net: true, gpu: false }), ...rules],
    writable: rules.filter(({ access }) => access === "write")
      .map(({ path }) => path),
    net: true,
    gpu: false,
    program,
    args,
    env: { PATH: SYSTEM_PATH, ...env },
  };
  const wall = probeWall();
  const folder = await Deno.makeTempDir({ prefix: "program-" });
  try {
    const invocation = wall === "none"
      ? restriction
      : walled(wall, restriction, { cwd, folder, engine: undefined });
    const child = new Deno.Command(invocation.program, {
      args: [...invocation.args],
      env: invocation.env,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      clearEnv: true,
      cwd,
      signal,
    }).spawn();
    const [{ code }, out, err] = await Promise.all([
      child.status,
      ending(child.stdout, heard),
      ending(child.stderr),
    ]);
    return { code, out, err };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What is kept of a stream: its end, since a stranger may print without one. */
const MOST = 16 * 2 ** 20;

/** A longer line is nothing that is listened to. */
const LONGEST = 2 ** 22;

async function ending(
  stream: ReadableStream<Uint8Array>,
  heard?: (line: string) => void,
): Promise<string> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const decoder = new TextDecoder();
  let open = "";
  for await (const piece of stream) {
    pieces.push(Uint8Array.from(piece));
    size += piece.length;
    while (size > MOST) size -= pieces.shift()!.length; // there is one, or it were 0
    if (!heard) continue;
    const lines = (open + decoder.decode(piece, { stream: true })).split("\n");
    open = lines.pop()!; // split gives one at least
    if (open.length > LONGEST) open = "";
    lines.forEach(heard);
  }
  return await new Blob(pieces).text();
}
