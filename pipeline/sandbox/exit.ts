/** Judges a process that has ended, by its exit code and by the files that it left. */
import type { Failure } from "../failure.ts";
import { type Confinement, outputFolder } from "./confinement.ts";
import { diskFailure } from "../store/disk.ts";
import type { Log } from "./log.ts";
import { explainTraceback } from "./traceback.ts";
import { EARLY_EXIT } from "./process/taskfile.ts";

/** As much of a line as belongs into a message. */
const LONGEST = 1000;

/** What an exit code or a signal says; undefined if all is well. */
export function exitFailure(
  { success, code, signal }: Deno.CommandStatus,
  confinement: Confinement,
  { tail, fatal }: Pick<Log, "tail" | "fatal">,
): Failure | undefined {
  const { instance } = confinement;
  if (success) return undefined;
  const disk = printedDiskFailure(tail, `Cannot finish ${instance}`);
  if (disk) return disk;
  if (fatal !== undefined && /out of memory/i.test(fatal)) {
    return {
      kind: "out-of-memory",
      what: `${instance} ran out of memory`,
      seen: fatal,
      hint:
        'work on the data part by part, keep numbers in typed arrays, which lie outside of V8\'s heap, or give it more, in MB: permissions: { env: { DENO_V8_FLAGS: "--max-old-space-size=8192" } }',
    };
  }
  const last =
    tail.findLast((line) => /^(\S*Error|error|\S+Exception)\b.*:/.test(line))
      ?.replace(/^error: (Uncaught )?(\(in promise\) )?/, "") ??
      tail.findLast((line) => line.trim() !== "");
  const said = last !== undefined && last.length > LONGEST
    ? `${last.slice(0, LONGEST)}…`
    : last;
  if (signal !== null) {
    return {
      kind: "stage-killed",
      what: `${instance} was ended by ${signal}`,
      ...(said !== undefined && { seen: said }),
      hint: signal === "SIGKILL"
        ? "look into the kernel's log (dmesg) whether memory ran out"
        : "look into its log: native code crashed",
    };
  }
  if (code === EARLY_EXIT && confinement.runs.kind === "module") {
    return {
      kind: "stage-left",
      what: `${instance} left the process before its function returned`,
      seen:
        "it called Deno.exit or process.exit, or awaits a promise that nothing is left to resolve",
      hint: "return from the stage, or throw a StageError",
    };
  }
  const { place, hint } = explainTraceback(tail, confinement);
  return {
    kind: "stage-crashed",
    what: `${instance} stopped with exit code ${code}`,
    ...(said !== undefined && {
      seen: place === undefined ? said : `${said} (${place})`,
    }),
    ...(hint !== undefined && { hint }),
  };
}

/** The errors of a full or a read-only disk, as programs print them. */
const DISK = [
  ["ENOSPC", /No space left on device|ENOSPC/],
  ["EDQUOT", /[Dd]isk quota exceeded|EDQUOT/],
  ["EROFS", /Read-only file system|EROFS/],
] as const;

/** The failure of the disk that a program printed when it stopped. */
function printedDiskFailure(
  lines: readonly string[],
  what: string,
): Failure | undefined {
  for (const line of lines.toReversed()) {
    const [code] = DISK.find(([, pattern]) => pattern.test(line)) ?? [];
    if (code === undefined) continue;
    const seen = line.trim();
    const failure = diskFailure(what, Object.assign(new Error(seen), { code }));
    return failure && { ...failure, seen };
  }
  return undefined;
}

/** An output must be a file of its own: a link would publish something else. */
export function outputFailure(confinement: Confinement): Failure | undefined {
  const folder = outputFolder(confinement);
  for (const [name, file] of Object.entries(confinement.outputs)) {
    try {
      if (Deno.lstatSync(`${folder}/${file}`).isFile) continue;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    const found = [...Deno.readDirSync(folder)].map((entry) =>
      entry.isFile ? entry.name : `${entry.name} (not a regular file)`
    ).sort();
    return {
      kind: "output-missing",
      what: `${confinement.instance} did not write its output "${name}"`,
      seen: `${file} expected; found: ${found.join(", ") || "nothing"}`,
      hint: confinement.runs.kind === "module"
        ? `write it to task.output(${JSON.stringify(name)})`
        : `write it to the path that {output ${name}} in the command stands for, and facsimile.output(${
          JSON.stringify(name)
        }) in Python`,
    };
  }
  return undefined;
}
