/**
 * The progress of an instance that one run works on, for other runs to show:
 * events as lines of a file that goes away with the lease.
 */
import type { Event, Report } from "./event.ts";

/** A report that also writes an instance's events down. */
export function writing(path: string, report: Report): Report & Disposable {
  const file = Deno.openSync(path, { create: true, append: true });
  const encoder = new TextEncoder();
  let last = 0;
  const write = (event: Event) => {
    report(event);
    if (event.kind !== "progress") return;
    const now = performance.now();
    if (now - last < 200) return; // nobody reads faster
    last = now;
    file.writeSync(encoder.encode(JSON.stringify(event) + "\n"));
  };
  return Object.assign(write, { [Symbol.dispose]: () => file.close() });
}

/** Reports what another run writes down, until `done` resolves. */
export async function follow(
  path: string,
  report: Report,
  done: Promise<void>,
): Promise<void> {
  let over = false;
  const ended = done.finally(() => over = true);
  let at = 0;
  while (!over) {
    let text = "";
    try {
      text = await Deno.readTextFile(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    const whole = text.lastIndexOf("\n") + 1;
    const line = text.slice(at, whole).trimEnd().split("\n").at(-1);
    at = whole;
    if (line) report(JSON.parse(line) as Event);
    await Promise.race([
      ended,
      new Promise((resolve) => setTimeout(resolve, 200)),
    ]);
  }
  await ended;
}
