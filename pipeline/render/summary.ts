/** What a run leaves on the screen: what happened, the verdicts, where to look. */
import type { Counts, Event, Outcome } from "../run/event.ts";
import { mistake } from "./alike.ts";
import { accountLines, warningLines } from "./account.ts";
import { comparisonLines } from "./comparison.ts";
import { failureLines } from "./failure.ts";
import { folderLines } from "./folder.ts";
import { originLines } from "./origins.ts";
import { counted, duration } from "../text/quantity.ts";
import { grouped, listed } from "./reason.ts";
import type { Style } from "../text/style.ts";
import { hang, solid, wrap } from "../text/layout.ts";
import { clean } from "../text/visible.ts";
import { verdictLines } from "./verdicts.ts";

type Finished = Extract<Event, { kind: "finished" }>;
type Interrupted = Extract<Event, { kind: "interrupted" }>;
type Failed = Extract<Outcome, { kind: "failed" }>;

/** Longer lines are hard to read, however wide the screen is. */
const MEASURE = 120;
/** Instances that failed alike, of which so many are named. */
const ALIKE = 8;
/** Pictures that are listed one by one. */
const PICTURES = 12;

/**
 * The lines of the summary of a whole run. The most urgent stands last, nearest
 * to where the eye is: failures, then what it came to.
 */
export function summary(
  events: readonly Event[],
  columns: number,
  style: Style,
): string[] {
  const width = Math.min(columns, MEASURE);
  const finished = events.find((event) => event.kind === "finished");
  const interrupted = events.find((event) => event.kind === "interrupted");
  if (interrupted?.kind === "interrupted") {
    return spaced([
      warningLines(events, width, style),
      ...failures(events, width, style),
      folderLines(interrupted.folder, width, style),
      cutShort(interrupted, width, style),
    ]);
  }
  if (finished?.kind !== "finished") return [];
  const { counts, verdicts, provisional, comparison } = finished;
  const quiet = counts.built + counts.restored + counts.failed +
      counts.skipped === 0;
  return spaced([
    provisional.length > 0 ? standIn(provisional, width, style) : [],
    quiet ? [] : accountLines(events, width, style),
    warningLines(events, width, style),
    counts.built + counts.restored > 0 ? results(finished, width, style) : [],
    verdicts.length > 0 ? verdictLines(verdicts, width, style) : [],
    comparison ? comparisonLines(comparison, style) : [],
    originLines(finished.origins, width, style),
    ...failures(events, width, style),
    folderLines(finished.folder, width, style),
    quiet ? nothing(finished, style) : end(finished, events, width, style),
  ]);
}

/** Blocks with an empty line between them. */
function spaced(blocks: readonly string[][]): string[] {
  return blocks.filter((block) => block.length > 0)
    .flatMap((block, at) => at === 0 ? block : ["", ...block]);
}

/** That this is not the real thing, so that nobody can miss it. */
function standIn(
  provisional: Finished["provisional"],
  width: number,
  { yellow, bold }: Style,
): string[] {
  const names = grouped(provisional.map(({ instance }) => instance));
  const text = [
    "STAND-IN DATA: these results are not the real ones.",
    `${listed(names)}: ${clean(provisional[0]?.reason ?? "")}.`,
    "The next run tries again.",
  ];
  return text.flatMap((part) => wrap(part, width - 2))
    .map((line) => bold(yellow(`▌ ${line}`)));
}

/** Where to look. */
function results(
  { artifacts }: Finished,
  width: number,
  { bold, dim }: Style,
): string[] {
  const lines = artifacts.filter((path) => path.endsWith(".html"))
    .map((path) => `  report    ${path}`);
  const pictures = artifacts.filter((path) => path.endsWith(".png"));
  const [first] = pictures;
  if (first !== undefined) {
    const folder = first.slice(0, first.lastIndexOf("/") + 1);
    const stems = pictures.map((path) => path.slice(0, -"png".length));
    const also = new Set(
      artifacts.flatMap((path) =>
        stems.filter((stem) => path.startsWith(stem) && path !== `${stem}png`)
          .map((stem) => path.slice(stem.length))
      ),
    );
    const shown = pictures.length <= PICTURES
      ? pictures
      : [`${pictures.length} in ${folder}`];
    shown.forEach((path, row) =>
      lines.push(`  ${row === 0 ? "pictures" : "        "}  ${path}`)
    );
    if (also.size > 0) {
      const each = `each also as ${[...also].join(", ")}`;
      lines.push(...hang(" ".repeat(12), each, width, dim));
    }
  }
  return lines.length > 0 ? [bold("Results"), ...lines] : [];
}

/** One block for each mistake, whomever it concerns, and one for what they kept from running. */
function failures(
  events: readonly Event[],
  width: number,
  style: Style,
): string[][] {
  const mistakes = new Map<
    string,
    { outcome: Failed; of: string[]; blocked: string[] }
  >();
  const keys = new Map<string, string>();
  for (const event of events) {
    if (event.kind !== "ended" || event.outcome.kind !== "failed") continue;
    const { instance, outcome } = event;
    const key = mistake(instance, outcome);
    keys.set(instance, key);
    const known = mistakes.get(key);
    if (known) known.of.push(instance);
    else mistakes.set(key, { outcome, of: [instance], blocked: [] });
  }
  for (const event of events) {
    if (event.kind !== "ended" || event.outcome.kind !== "skipped") continue;
    const { blocker } = event.outcome;
    mistakes.get(keys.get(blocker) ?? "")?.blocked.push(event.instance);
  }
  const all = [...mistakes.values()];
  const blocks = all.map(({ outcome, of }) =>
    failure(of, outcome, width, style)
  );
  const skipped = all.flatMap(({ of, blocked }) =>
    blocked.length === 0 ? [] : hang(
      `${style.yellow("skipped")}  `,
      `${listed(grouped(blocked), 8)}: ${of.length > 1 ? "need" : "needs"} ${
        grouped(of).join(", ")
      }`,
      width,
    )
  );
  return [...blocks, skipped];
}

function failure(
  [instance = "", ...others]: readonly string[],
  { failure, log, rerun }: Failed,
  width: number,
  style: Style,
): string[] {
  const { red, bold, dim } = style;
  const tail = log.tail.map((line) => clean(line).trimEnd());
  return [
    `${red("✗")} ${bold(instance)}`,
    ...(others.length > 0
      ? hang(
        "  ",
        `and ${counted(others.length, "other")} in the same way: ${
          listed(others, ALIKE)
        }`,
        width,
        dim,
      )
      : []),
    ...failureLines(failure, style),
    ...(tail.length > 0 ? [dim("  the end of its log:")] : []),
    ...tail.map((line) => `  ${dim("│")} ${line}`),
    ...(log.path ? [`  ${dim("log:")}   ${log.path}`] : []),
    ...(rerun ? [`  ${dim("again:")} ${rerun}`] : []),
  ];
}

function nothing(
  { counts, success }: Finished,
  { green, red }: Style,
): string[] {
  const word = success
    ? green("up to date")
    : red("up to date, but a claim fails");
  return [`${word}: ${counted(counts.reused, "instance")}, nothing ran`];
}

/** How far it came, and that nothing of that is lost. */
function cutShort(
  { counts, left, seconds }: Interrupted,
  width: number,
  { yellow, bold, dim }: Style,
): string[] {
  const word = "interrupted";
  const parts = [...amounts(counts), solid(`${left} left`)];
  const text = `${word}: ${parts.join(", ")} after ${solid(duration(seconds))}`;
  const kept =
    "What was made is kept, checkpoints too: the same command goes on from here.";
  return [
    ...wrap(text, width).map((line, row) =>
      row === 0 ? line.replace(word, bold(yellow(word))) : line
    ),
    ...wrap(kept, width).map(dim),
  ];
}

/** How many instances had each outcome, in words. */
function amounts(counts: Counts): string[] {
  return (["built", "restored", "reused", "failed", "skipped"] as const)
    .filter((kind) => counts[kind] > 0)
    .map((kind) => solid(`${counts[kind]} ${kind}`));
}

function end(
  { counts, success, seconds }: Finished,
  events: readonly Event[],
  width: number,
  { green, red, bold }: Style,
): string[] {
  const saved = events.reduce(
    (sum, event) => sum + (event.kind === "ended" ? event.saved ?? 0 : 0),
    0,
  );
  const [word, paint] = counts.failed > 0 || counts.skipped > 0
    ? ["failed", red] as const
    : success
    ? ["done", green] as const
    : ["done, but a claim fails", red] as const;
  const text =
    `${word}: ${amounts(counts).join(", ")} in ${solid(duration(seconds))}` +
    (saved >= 1 ? `; ${solid(duration(saved))} saved by the store` : "");
  return wrap(text, width)
    .map((line, row) =>
      row === 0 ? line.replace(word, bold(paint(word))) : line
    );
}
