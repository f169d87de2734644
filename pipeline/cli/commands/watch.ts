/** Runs again whenever something that could matter has changed. */
import { join, relative } from "node:path";

/** What changes on its own when we run. */
const OURS =
  /^(\.store|artifacts|\.artifacts\.generations|node_modules|\.git)(\/|$)/;

/**
 * Calls `action` at once and after every change of a file of the project, until
 * the signal. What really has to run is decided as always, so a change that does
 * not matter costs a no-op.
 */
export async function watch(
  root: string,
  signal: AbortSignal,
  action: () => Promise<unknown>,
): Promise<void> {
  using watcher = Deno.watchFs(root, { recursive: true });
  signal.addEventListener("abort", () => watcher.close());
  await action();
  let changed = false;
  let wake = () => {};
  const listen = (async () => {
    for await (const { kind, paths } of watcher) {
      if (kind === "access") continue;
      if (paths.every((path) => OURS.test(relative(root, join(path))))) {
        continue;
      }
      changed = true;
      wake();
    }
    wake();
  })();
  while (!signal.aborted) {
    if (!changed) await new Promise<void>((resolve) => wake = resolve);
    if (signal.aborted) break;
    // An editor writes in several steps: wait until it is quiet.
    do {
      changed = false;
      await new Promise((resolve) => setTimeout(resolve, 100));
    } while (changed);
    await action();
  }
  await listen;
}
