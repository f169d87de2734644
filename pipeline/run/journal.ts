/**
 * The progress of an instance that one run works on, for other runs to show:
 * events as lines of its lease.
 */
import { diskFailure } from "../store/disk.ts";
import type { Event, Report } from "./event.ts";
import type { Lease, Taken } from "../store/lease.ts";

/** A report that also writes an instance's progress down. */
export function writing(lease: Lease, report: Report): Report {
  let last = 0;
  return (event: Event) => {
    report(event);
    if (event.kind !== "progress") return;
    const now = performance.now();
    if (now - last < 200) return; // nobody reads faster
    last = now;
    try {
      lease.write(JSON.stringify(event));
    } catch (error) {
      // A full disk: others see no progress, which is no reason to stop.
      if (!diskFailure("Cannot write the journal", error)) throw error;
    }
  };
}

/** Reports what another run writes down, until `done` resolves. */
export async function follow(
  lease: Taken,
  report: Report,
  done: Promise<void>,
): Promise<void> {
  let over = false;
  const ended = done.finally(() => over = true);
  let told: string | undefined;
  while (!over) {
    const line = lease.journal().at(-1);
    const event = line === undefined || line === told ? undefined : parse(line);
    if (event?.kind === "progress") report(event);
    told = line;
    await Promise.race([
      ended,
      new Promise((resolve) => setTimeout(resolve, 200)),
    ]);
  }
  await ended;
}

/** An event, unless the holder was stopped in the middle of a line. */
function parse(line: string): Event | undefined {
  try {
    return (JSON.parse(line) ?? undefined) as Event | undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
