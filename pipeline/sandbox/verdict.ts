/** Judging a process that has ended, by its exit and by what it left. */
import type { Failure } from "../failure.ts";
import { type Confinement, outputFolder } from "./confinement.ts";
import { storageFailureIn } from "./storage.ts";
import { EARLY_EXIT } from "./taskfile.ts";

/** What an exit code or a signal says; undefined if all is well. `tail`: the end of the log. */
export function exitFailure(
  { success, code, signal }: Deno.CommandStatus,
  confinement: Confinement,
  tail: readonly string[],
): Failure | undefined {
  const { instance } = confinement;
  if (success) return undefined;
  const storage = storageFailureIn(
    tail,
    `finish ${instance}`,
    confinement.folder,
  );
  if (storage) return storage;
  const said =
    tail.findLast((line) => /^(\S*Error|error|\S+Exception)\b.*:/.test(line))
      ?.replace(/^error: (Uncaught )?(\(in promise\) )?/, "") ??
      tail.findLast((line) => line.trim() !== "");
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
