/**
 * The threads of a stage's process: workers that wait beside it until the stage gives
 * them something to do. They load the stage's modules before any of its code runs, for
 * which alone the process may read them; then it loses that right, and so no stage can
 * read code as data. That is why they are there from the beginning, and why no stage
 * needs to start a worker of its own, which would make every byte of its modules a fact.
 *
 * A thread holds its process: one whose stage waits for what never comes does not end by
 * itself, as others do.
 */
import { StageError, type ThreadStart } from "../../stage/task.ts";

/** What a thread says: that all is loaded, and how its work ended. */
type Word =
  | { readonly kind: "loaded" }
  | { readonly kind: "done" }
  | {
    readonly kind: "failed";
    readonly what: string;
    readonly seen?: string | undefined;
    readonly hint?: string | undefined;
  }
  | { readonly kind: "thrown"; readonly stack: string };

/** What a thread has of the global scope of a worker. */
interface Scope {
  postMessage(word: Word): void;
  onmessage: ((event: MessageEvent<unknown>) => void) | null;
}

/**
 * Opens so many threads for the stage at a URL, and returns when they have loaded it.
 * `modules` are the files that may be read until then.
 */
export async function openThreads(
  count: number,
  stage: string,
  modules: readonly string[],
): Promise<readonly ThreadStart[]> {
  const text = `import { serve } from ${JSON.stringify(import.meta.url)};` +
    `serve(() => import(${JSON.stringify(stage)}));`;
  const main = `data:text/javascript,${encodeURIComponent(text)}`;
  const workers = Array.from(
    { length: count },
    () => new Worker(main, { type: "module" }),
  );
  await Promise.all(workers.map(said));
  for (const path of modules) {
    Deno.permissions.revokeSync({ name: "read", path });
  }
  return workers.map((worker) => async (given) => {
    const end = said(worker);
    worker.postMessage(given);
    const word = await end;
    if (word.kind === "failed") {
      throw new StageError(word.what, word.seen, word.hint);
    }
    if (word.kind === "thrown") throw new Error(word.stack);
  });
}

/** The next thing that a thread says. */
function said(worker: Worker): Promise<Word> {
  const { promise, resolve, reject } = Promise.withResolvers<Word>();
  worker.onmessage = ({ data }: MessageEvent<Word>) => resolve(data);
  worker.onerror = (event) => {
    event.preventDefault();
    reject(new Error(event.message));
  };
  return promise;
}

/** In a thread: waits for something to do, and does it with what the stage's module exports as `thread`. */
export function serve(load: () => Promise<{ thread?: unknown }>): void {
  const scope = globalThis as unknown as Scope;
  // The text above would be its address, which libraries take for a place of files.
  Reflect.deleteProperty(globalThis, "location");
  scope.onmessage = async ({ data }) => scope.postMessage(await work(data));
  scope.postMessage({ kind: "loaded" });

  async function work(given: unknown): Promise<Word> {
    try {
      const { thread } = await load();
      if (typeof thread !== "function") {
        throw new StageError(
          "The stage's module has no function `thread` for its threads",
          `typeof thread: ${typeof thread}`,
          "write export function thread(given) { … }, or declare no threads",
        );
      }
      await thread(given);
      return { kind: "done" };
    } catch (error) {
      if (error instanceof StageError) {
        const { what, seen, hint } = error;
        return { kind: "failed", what, seen, hint };
      }
      const stack = error instanceof Error ? error.stack : undefined;
      return { kind: "thrown", stack: stack ?? String(error) };
    }
  }
}
