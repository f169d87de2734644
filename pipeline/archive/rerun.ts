/**
 * From level 3 on: an archive's results made again by the archive's own code, in a
 * place of its own and behind the kernel's wall, and compared with the record.
 * Before that the code is asked whether it is the record's; afterwards the project
 * may look for itself. What keeps it from being tried is no answer about the
 * results.
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { digestFile } from "../store/digest.ts";
import type { Lock } from "../published/lock.ts";
import type { Comparison } from "../published/comparison.ts";
import { comparisonLines } from "../render/comparison.ts";
import { duration } from "../text/quantity.ts";
import { style } from "../text/style.ts";
import type { Output } from "../sandbox/program/sandbox.ts";
import { probeWall } from "../sandbox/wall/wall.ts";
import { realPath } from "../store/path.ts";
import { factFindings } from "./asking.ts";
import { readRun } from "./documents.ts";
import { examine } from "./examining.ts";
import { isOfTheMachine } from "./inspection.ts";
import type { Level } from "./level.ts";
import { Pace } from "./pace.ts";
import type { Remaking } from "../render/remaking.ts";
import type { Again } from "../project/project.ts";
import { type Finished, finishedOf, type Said, saidIn } from "./said.ts";
import { select } from "./selection.ts";
import { type Container, Refused } from "./container.ts";
import { type Mirror, type Workplace, workplace } from "./workplace.ts";

/** What is known besides the archive. */
export interface Circumstances {
  /** Of the ZIP or the folder. */
  readonly path: string;
  /** Settings that the record fixes where the machine would choose. */
  readonly options: { readonly [option: string]: string };
  /** The variable that says where the data is looked for first, and its value here. */
  readonly mirror: Mirror | undefined;
  readonly signal: AbortSignal;
  /** Told what is being done. */
  readonly tell: (remaking: Remaking) => void;
}

/** A level as a project names it. */
interface Deep {
  /** From 3 on. */
  readonly level: number;
  readonly again: Again;
}

/** What came of a level. */
type Found = Pick<Level, "answer" | "seen" | "findings">;

/**
 * Makes a level's part again in an empty folder, and says what came of it. A full
 * disk, or an archive that changed since it was inspected, is no answer about it.
 */
export async function rerun(
  container: Container,
  { level, again }: Deep,
  circumstances: Circumstances,
): Promise<Level> {
  const base = { level, name: again.name };
  try {
    const run = readRun(container);
    await using place = await workplace(container, circumstances);
    const found = await differing(run, place, circumstances) ??
      await remake(run, again, place, circumstances);
    if (found.answer !== "yes" || !again.examination) {
      return { ...base, ...found };
    }
    const findings = await examine(
      await again.examination(),
      container,
      run,
      { ...circumstances, code: place.code },
    );
    return {
      ...base,
      answer: findings.length === 0 ? "yes" : "no",
      seen: `${found.seen}; and examined by this program's own code`,
      findings: [...findings, ...found.findings],
    };
  } catch (error) {
    if (error instanceof Refused || isOfTheMachine(error)) {
      return { ...base, ...open(error.message) };
    }
    throw error;
  }
}

function open(findings: string | readonly string[], seen = "not tried"): Found {
  return { answer: "open", seen, findings: [findings].flat() };
}

/** What the archive's code says of itself, if that is not what the record says; nothing was made yet. */
async function differing(
  run: Lock,
  { execute }: Workplace,
  { options, tell }: Circumstances,
): Promise<Found | undefined> {
  tell({ kind: "asking" });
  const asked = await execute([
    "status",
    "--json",
    "--verbose",
    ...optionsOf(options),
  ]);
  const facts = saidIn(asked).find((said) => said.kind === "facts");
  if (!facts) return open(trouble(asked), "its code does not tell its facts");
  const findings = factFindings(run, facts.instances, Deno.build);
  return findings.length === 0
    ? undefined
    : { answer: "no", seen: "the record is not of this code", findings };
}

/** Makes a level's part again, and compares it. */
async function remake(
  run: Lock,
  again: Again,
  { code, execute }: Workplace,
  { path, options, tell }: Circumstances,
): Promise<Found> {
  const began = performance.now();
  const { force, artifacts } = select(run, again);
  const kept = force === "all" ? [] : keptBy(run, force);
  let refused: string | undefined;
  const stop = new AbortController();
  const reproduce = async (...args: string[]): Promise<Output> => {
    const pace = new Pace(run, () => performance.now() / 1000);
    const hear = (said: Said) => {
      if (said.kind === "started" && kept.includes(said.instance)) {
        refused ??= said.instance;
        stop.abort();
      }
      const state = pace.hear(said);
      if (state) tell(state);
    };
    return await execute(
      ["reproduce", "--json", ...optionsOf(options), ...args],
      hear,
      stop.signal,
    );
  };
  if (force !== "all") {
    tell({ kind: "restoring" });
    const restored = await execute(["restore", realPath(resolve(path))]);
    if (restored.code !== 0) return open(trouble(restored));
  }
  // What everything begins with alone first: without the data it would be hours
  // of work on something else.
  tell({ kind: "fetching" });
  const begun = await reproduce(...roots(run));
  const [standIn] = finishedOf(begun)?.provisional ?? [];
  if (standIn) {
    return open(
      `${standIn.instance} could not be had: ${standIn.reason}`,
      "the data is missing",
    );
  }
  const made = await reproduce(
    ...force === "all" ? [] : force.flatMap((stage) => ["--force", stage]),
  );
  if (refused !== undefined) {
    const seconds = run.instances[refused]?.seconds ?? 0;
    return open(
      `this machine cannot use ${refused} as the archive has it, and would have to make ` +
        `it again, which took ${
          duration(seconds)
        } in the record: only a level ` +
        "that makes everything again does that",
    );
  }
  const finished = finishedOf(made);
  if (!finished) return open(trouble(made));
  const [broken] = saidIn(made).flatMap((said) =>
    said.kind === "ended" && said.outcome.failure
      ? [`${said.instance}: ${failureText(said.outcome.failure)}`]
      : []
  );
  if (broken !== undefined) return open(broken, "a stage could not run");
  const wall = probeWall();
  const where = wall === "none"
    ? "without a wall of the kernel around it"
    : `behind ${wall === "landlock" ? "Landlock" : "bubblewrap"}`;
  const time = duration((performance.now() - began) / 1000);
  return judge(
    run,
    artifacts,
    join(code, "artifacts"),
    finished,
    (count) =>
      `${count} of ${artifacts.length} artifacts identical, made again ${where} in ${time}`,
  );
}

function optionsOf(options: Circumstances["options"]): string[] {
  return Object.entries(options)
    .flatMap(([option, value]) => [`--${option}`, value]);
}

/** The instances whose every result is in the archive and that a level does not make. */
function keptBy(
  { instances, artifacts }: Lock,
  force: readonly string[],
): string[] {
  const there = new Set(
    Object.values(artifacts).map(({ instance, output }) =>
      `${instance} ${output}`
    ),
  );
  return Object.entries(instances).filter(([id, { stage, outputs }]) =>
    !force.includes(stage) &&
    Object.keys(outputs).every((output) => there.has(`${id} ${output}`))
  ).map(([id]) => id);
}

/** Compares the files by our own eyes; the archive's comparison only explains. */
function judge(
  run: Lock,
  artifacts: readonly string[],
  folder: string,
  { comparison }: Finished,
  seen: (identical: number) => string,
): Found {
  const different = artifacts.filter((path) => {
    const file = join(folder, path);
    return !existsSync(file) ||
      digestFile(file) !== run.artifacts[path]?.digest;
  });
  const base = { seen: seen(artifacts.length - different.length) };
  if (different.length === 0) {
    return { ...base, answer: "yes", findings: [] };
  }
  const [first = ""] = different;
  const why = comparison
    ? comparisonLines(comparison as Comparison, style(false))
    : [];
  const findings = [
    ...(different.length > 0
      ? [
        `the first that differs: ${first} of ${run.artifacts[first]?.instance}`,
      ]
      : []),
    ...why.map((line) => line.trim()).filter((line) => line !== ""),
  ];
  // Another class of machine may honestly give other bits, within a tolerance; but
  // only where the record says so, whatever the archive's program says.
  const honest = different.every((path) => mayDiffer(run, path));
  if (comparison?.kind === "equivalent" && honest) {
    return { ...base, answer: "yes", findings };
  }
  const open = comparison?.kind === "not comparable";
  return { ...base, answer: open ? "open" : "no", findings };
}

/** Whether an artifact, or one that it is made from, is promised less than bits. */
function mayDiffer({ artifacts, instances }: Lock, path: string): boolean {
  const loose = new Set(
    Object.values(artifacts).filter(({ determinism }) =>
      determinism.kind !== "bits"
    ).map(({ instance }) => instance),
  );
  const from = (id: string): boolean =>
    loose.has(id) || (instances[id]?.from ?? []).some(from);
  return from(artifacts[path]?.instance ?? "");
}

/** The stages that read from no other. */
function roots({ instances }: Lock): string[] {
  const found = Object.values(instances).filter(({ from }) => from.length === 0)
    .map(({ stage }) => stage);
  return [...new Set(found)].sort();
}

function failureText(
  { what, seen }: { what: string; seen?: string | undefined },
): string {
  return seen === undefined ? what : `${what} (${seen})`;
}

/** What a program said before it gave up. */
function trouble({ code, err }: Output): string[] {
  const [first = "", ...rest] = err.trim().split("\n").slice(-6);
  return [
    `the archive's program ended with exit code ${code}: ${first}`,
    ...rest,
  ];
}
