/** What a run leaves on the screen: what happened, the verdicts, where to look. */
import type { Event, Outcome } from "../event.ts";
import type { Verdict } from "../stage.ts";
import { failureLines } from "./failure.ts";
import { counted, duration } from "./quantity.ts";
import type { Style } from "./style.ts";

/** The lines of the summary of a whole run. */
export function summary(
  events: readonly Event[],
  width: number,
  style: Style,
): string[] {
  const finished = events.find((event) => event.kind === "finished");
  if (finished?.kind !== "finished") return [];
  const ended = events.filter((event) => event.kind === "ended");
  const { counts } = finished;
  const lines: string[] = [];
  for (const { instance, outcome } of ended) {
    if (outcome.kind === "failed") {
      lines.push(...failure(instance, outcome, style), "");
    }
  }
  if (finished.provisional.length > 0) {
    const bar = "▌ ";
    lines.push(
      ...wrap(
        "STAND-IN DATA. These results are not those of the real dataset: " +
          `${finished.provisional[0]!.reason}. The next run tries again.`,
        width - bar.length,
      ).map((line) => style.yellow(style.bold(bar + line))),
      "",
    );
  }
  if (finished.verdicts.length > 0) {
    lines.push(...verdictLines(finished.verdicts, width, style), "");
  }
  const done = counts.built + counts.restored;
  if (done === 0 && counts.failed === 0 && counts.skipped === 0) {
    lines.push(
      `${style.green("up to date")}: ${
        counted(counts.reused, "instance")
      }, nothing ran`,
    );
    return lines;
  }
  const figures = finished.artifacts.filter((path) => path.endsWith(".png"));
  const report = finished.artifacts.find((path) => path.endsWith(".html"));
  if (finished.success || counts.failed === 0) {
    if (report) lines.push(`report    ${report}`);
    if (figures.length > 0) {
      const folder = figures[0]!.slice(0, figures[0]!.lastIndexOf("/"));
      lines.push(
        `figures   ${counted(figures.length, "figure")} in ${folder}/`,
      );
    }
  }
  const saved = ended.reduce((sum, event) => sum + (event.saved ?? 0), 0);
  const parts = (["built", "restored", "reused", "failed", "skipped"] as const)
    .filter((kind) => counts[kind] > 0).map((kind) =>
      `${counts[kind]} ${kind}`
    );
  const word = counts.failed > 0 || counts.skipped > 0
    ? style.red("failed")
    : finished.success
    ? style.green("done")
    : style.red("done, but a claim fails");
  lines.push(
    `${word}: ${parts.join(", ")} in ${duration(finished.seconds)}` +
      (saved >= 1 ? `; ${duration(saved)} saved by the store` : ""),
  );
  return lines;
}

function failure(
  instance: string,
  { failure, log, rerun }: Extract<Outcome, { kind: "failed" }>,
  style: Style,
): string[] {
  return [
    style.bold(instance),
    ...failureLines(failure, style),
    ...log.tail.map((line) => `  ${style.dim("log:")} ${line}`),
    ...(log.path ? [`  log   ${log.path}`] : []),
    ...(rerun ? [`  rerun ${rerun}`] : []),
  ];
}

const SIGNS = { holds: "✓", fails: "✗", "not judged": "–" } as const;

/** The claims as a referee would list them. */
export function verdictLines(
  verdicts: readonly Verdict[],
  width: number,
  { green, red, yellow, dim, bold }: Style,
): string[] {
  const paint = { holds: green, fails: red, "not judged": yellow } as const;
  return [
    bold("Claims"),
    ...verdicts.flatMap(({ sentence, verdict, evidence }) => {
      const [first = "", ...rest] = wrap(sentence, width - 15);
      const head = `${SIGNS[verdict]} ${verdict}`.padEnd(13);
      const because = typeof evidence.summary === "string"
        ? evidence.summary
        : "";
      return [
        `${paint[verdict](head)} ${first}`,
        ...rest.map((line) => " ".repeat(14) + line),
        ...wrap(because, width - 15).map((line) => dim(" ".repeat(14) + line)),
      ];
    }),
  ];
}

/** Breaks a text into lines of at most so many characters. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter(Boolean)) {
    if (line !== "" && line.length + 1 + word.length > Math.max(20, width)) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  if (line !== "") lines.push(line);
  return lines;
}
