/** The history of runs as a table, the newest first. */
import type { Counts } from "../run/event.ts";
import { duration } from "../text/quantity.ts";
import type { Style } from "../text/style.ts";
import { clip, table, width as columns } from "../text/layout.ts";
import { OUTCOMES } from "./words.ts";

/** A run as the table shows it. */
export interface RunRow {
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly started: string;
  readonly seconds: number;
  readonly success: boolean;
  /** As typed. */
  readonly arguments: readonly string[];
  readonly counts: Counts;
  /** Whether something stood in for the real thing. */
  readonly provisional: boolean;
  /** How many claims hold, of how many; if any were judged. */
  readonly claims?: { readonly hold: number; readonly of: number };
}

/** The lines of the table; narrow ones leave out what the run was told to do. */
export function runsLines(
  runs: readonly RunRow[],
  width: number,
  style: Style,
): string[] {
  const { bold, dim, green, red, yellow } = style;
  if (runs.length === 0) return [dim("no run has changed anything yet")];
  const narrow = width < 80;
  const claims = runs.some((run) => run.claims !== undefined);
  const head = [
    "",
    "run",
    ...(narrow ? [] : ["when (UTC)"]),
    "took",
    "what ran",
    ...(claims ? ["claims"] : []),
    "",
  ].map(dim);
  const rows = runs.map((run) => [
    run.success ? green("✓") : red("✗"),
    bold(run.id),
    ...(narrow ? [] : [run.started.slice(0, 16).replace("T", " ")]),
    duration(run.seconds),
    countText(run.counts),
    ...(claims
      ? [run.claims ? `${run.claims.hold} of ${run.claims.of}` : "–"]
      : []),
    [
      ...(run.provisional ? [yellow("stand-in data")] : []),
      ...(narrow ? [] : [dim(argumentText(run.arguments))]),
    ].filter(Boolean).join(" "),
  ]);
  const took = head.findIndex((cell) => cell === dim("took"));
  return table([head, ...rows], { right: [took] })
    .map((line) => columns(line) > width ? clip(line, width) : line);
}

/** `12 built, 1 failed`: what was reused says little of a run. */
function countText(counts: RunRow["counts"]): string {
  const parts = (["built", "restored", "failed", "skipped"] as const)
    .filter((kind) => counts[kind] > 0)
    .map((kind) => `${counts[kind]} ${OUTCOMES[kind].word}`);
  return parts.length > 0 ? parts.join(", ") : "nothing";
}

/** What was typed, without the command that all of them share. */
function argumentText(args: readonly string[]): string {
  const rest = args[0] === "reproduce" ? args.slice(1) : args;
  return rest.map((arg) => /[\s'"[\]*?$]/.test(arg) ? `'${arg}'` : arg)
    .join(" ");
}
