/** `--open`: the page of a project in the reader's browser, during a run and after it. */
import { join } from "node:path";
import { existsSync, readFileSync } from "node:fs";
import { Failed } from "../../failure.ts";
import { columnsOf, leaves, valueOf, valuesOf } from "../../history/values.ts";
import type { Project } from "../../project/project.ts";
import type { Event } from "../../run/event.ts";
import type { Json } from "../../stage/json.ts";
import { writeWhole } from "../../store/write.ts";
import type { Console } from "../console.ts";
import { openStore } from "../entry.ts";
import { LiveServer } from "../live.ts";

const PROGRAM = Deno.build.os === "darwin" ? "open" : "xdg-open";

/** Where a page that can show the run that made it expects `run.json`. */
const PLACE = '<script type="application/json" id="run"></script>';

/**
 * The page with the run that made it, times and all: what differs between two
 * equal runs cannot be part of an artifact.
 */
export function withRun(page: string, run: string): string {
  // "<" would let a text within the JSON end the element.
  const json = run.trim().replaceAll("<", "\\u003c");
  return page.replace(PLACE, () => PLACE.replace("><", () => `>${json}<`));
}

/** The page of a finished run, with the run that made it; nothing if it left none. */
function finishedPage(root: string, page: string): string | undefined {
  const original = join(root, "artifacts", page);
  if (!existsSync(original)) return undefined;
  const run = readFileSync(join(root, "artifacts", "run.json"), "utf8");
  return withRun(readFileSync(original, "utf8"), run);
}

/** Opens a copy of the artifact `page`, with its run, with the system's program for it. */
async function openPage(root: string, page: string): Promise<void> {
  const path = join(root, ".store", "cache", "page.html");
  const failure = (seen: string) =>
    new Failed({
      kind: "open",
      what: `Cannot open ${page}`,
      seen,
      hint: `open ${join(root, "artifacts", page)} in a browser`,
    });
  const text = finishedPage(root, page);
  if (text === undefined) throw failure(`this run left no ${page}`);
  writeWhole(path, text);
  try {
    const { success } = await new Deno.Command(PROGRAM, {
      args: [path],
      stdout: "null",
      stderr: "null",
    }).output();
    if (!success) throw failure(`${PROGRAM} could not open it`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw failure(`${PROGRAM} is not installed`);
  }
}

/** The page that `--open` shows: while something runs a live one, else a file. */
export class OpenedPage<Config> implements AsyncDisposable {
  #server: LiveServer | undefined;

  constructor(
    private readonly project: Project<Config>,
    private readonly page: string,
    private readonly console: Console,
  ) {}

  /** Takes an event in; the first that announces work opens the browser. */
  tell(event: Event): void {
    if (
      event.kind === "planned" &&
      event.plan.some(({ decision }) => decision.kind !== "reuse")
    ) this.#start();
    this.#server?.tell(event);
  }

  /** Shows how the run ended: its page in the same window if somebody looks on, else as a file. */
  async end(success: boolean): Promise<void> {
    const { root } = this.project;
    const result = success ? finishedPage(root, this.page) : undefined;
    const seen = await this.#server?.end(result);
    if (success && !seen) await openPage(root, this.page);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]();
  }

  #start(): void {
    const { root, pipeline } = this.project;
    const store = openStore(root);
    this.#server = new LiveServer({
      title: Deno.args.join(" "),
      store,
      numbers: (path, digest) =>
        path === pipeline.metrics && store.holds(digest)
          ? headline(
            JSON.parse(readFileSync(store.object(digest), "utf8")),
            pipeline.headline ?? [],
          )
          : undefined,
    });
    const { url } = this.#server;
    this.console.err(`the run as a page, until it ends: ${url}\n`);
    try {
      new Deno.Command(PROGRAM, {
        args: [url],
        stdin: "null",
        stdout: "null",
        stderr: "null",
      }).spawn().unref();
    } catch (error) {
      // Whoever reads the line can open it by hand.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/** Numbers that a page has room for; of more only the least and the most. */
const NUMBERS = 24;

/** The numbers of what was measured that a project wants to be seen. */
function headline(
  measured: Json,
  words: readonly string[],
): [name: string, value: number][] {
  const run = { values: valuesOf(leaves(measured)) };
  return words.flatMap((word) => {
    const numbers = columnsOf(word, [run]).flatMap((column) => {
      const value = valueOf(run, column);
      return typeof value === "number"
        ? [[column.path.join("."), value] as [string, number]]
        : [];
    });
    if (numbers.length <= NUMBERS) return numbers;
    const sorted = numbers.toSorted(([, a], [, b]) => a - b);
    return [sorted[0]!, sorted.at(-1)!];
  });
}
