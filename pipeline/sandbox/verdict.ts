/** Judging a process that has ended, by its exit and by what it left. */
import type { Failure } from "../failure.ts";
import { type Confinement, outputFolder } from "./confinement.ts";
import { storageFailureIn } from "./storage.ts";
import type { Log } from "./log.ts";
import { EARLY_EXIT } from "./taskfile.ts";

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
  const storage = storageFailureIn(
    tail,
    `finish ${instance}`,
    confinement.folder,
  );
  if (storage) return storage;
  if (fatal !== undefined && /out of memory/i.test(fatal)) {
    return {
      kind: "out-of-memory",
      what: `${instance} ran out of memory`,
      seen: fatal,
      hint:
        'Work on the data part by part, keep numbers in typed arrays, which lie outside of V8\'s heap, or give it more, in MB: permissions: { env: { DENO_V8_FLAGS: "--max-old-space-size=8192" } }',
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
        ? "Memory may have run out: the kernel's log says so (dmesg)"
        : "Native code crashed: its log is above",
    };
  }
  if (code === EARLY_EXIT && confinement.runs.kind === "module") {
    return {
      kind: "stage-left",
      what: `${instance} left the process before its function returned`,
      seen:
        "It called Deno.exit or process.exit, or awaits a promise that nothing is left to resolve",
      hint: "Return from the stage, or throw a StageError",
    };
  }
  return {
    kind: "stage-crashed",
    what: `${instance} stopped with exit code ${code}`,
    ...(said !== undefined && { seen: said }),
  };
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
      hint: `Write it to task.output(${JSON.stringify(name)})`,
    };
  }
  return undefined;
}
