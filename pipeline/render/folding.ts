/** Many instances at work as few lines. */
import { type Running, shareOf } from "./running.ts";

/**
 * At most so many lines: instances of one stage become one, of the stage that has
 * most of them first. What that line says is of all of them: how far they are
 * together, how fast, and how long the last one takes.
 */
export function folded(
  running: readonly Running[],
  most: number,
): readonly Running[] {
  const groups = [...Map.groupBy(running, ({ instance }) => stageOf(instance))]
    .map(([stage, members]) => ({ stage, members, lines: members }));
  const size = () => groups.reduce((sum, { lines }) => sum + lines.length, 0);
  while (size() > most) {
    const largest = groups.reduce((a, b) =>
      b.lines.length > a.lines.length ? b : a
    );
    if (largest.lines.length === 1) break;
    largest.lines = [together(largest.stage, largest.members)];
  }
  return groups.flatMap(({ lines }) => lines);
}

/** Several instances of a stage as if they were one. */
function together(stage: string, members: readonly Running[]): Running {
  const heard = members.flatMap(({ heard }) => heard ?? []);
  const since = Math.min(...members.map((one) => one.since));
  const instance = `${stage} × ${members.length}`;
  const [first] = heard;
  if (!first) return { instance, since };
  const { unit } = first.event.progress;
  const alike = heard.filter(({ event }) => event.progress.unit === unit);
  const rates = alike.flatMap(({ event }) => event.rate ?? []);
  const ends = heard.flatMap(({ event, at }) =>
    event.remaining === undefined ? [] : [at + event.remaining]
  );
  const at = Math.max(...heard.map((one) => one.at));
  const share = heard.reduce((sum, { event }) => sum + shareOf(event), 0) /
    members.length;
  return {
    instance,
    since,
    heard: {
      at,
      event: {
        kind: "progress",
        instance,
        progress: { done: share, total: 1, unit },
        elapsed: at - since,
        ...(rates.length > 0 && {
          rate: rates.reduce((sum, one) => sum + one, 0),
        }),
        ...(ends.length === members.length && {
          remaining: Math.max(...ends) - at,
        }),
      },
    },
  };
}

/** The stage of an instance. */
export function stageOf(instance: string): string {
  return instance.replace(/\[.*$/s, "");
}
