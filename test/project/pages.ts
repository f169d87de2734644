/**
 * Pages of the documentation as sessions at a terminal: their commands are executed in
 * the order of the page, and what it shows is compared with what they say. A comment
 * that no reader sees says what becomes of a block that is no command:
 *
 *     <!-- page: write FILE -->      the next block is the file
 *     <!-- page: append FILE -->     … its end
 *     <!-- page: replace FILE -->    … takes the place of the block before it
 *     <!-- page: in a paper -->      the page begins in one that was just made
 */
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { Desk, type Ran } from "./made.ts";

/** Something that a page has one do. */
export type Step =
  | {
    readonly kind: "run";
    readonly line: number;
    readonly command: string;
    readonly shown: readonly string[];
  }
  | {
    readonly kind: "write" | "append" | "replace";
    readonly line: number;
    readonly file: string;
    readonly text: string;
  };

/** A page, taken apart. */
export interface Page {
  readonly inPaper: boolean;
  readonly steps: readonly Step[];
}

/** Reads a page. Throws where a comment says nothing that is known. */
export function readPage(path: string): Page {
  const lines = readFileSync(path, "utf8").split("\n");
  const steps: Step[] = [];
  let inPaper = false;
  let wanted:
    | { kind: "write" | "append" | "replace"; file: string }
    | undefined;
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!; // below the length
    const [, words] = /^<!-- page: (.*) -->$/.exec(line) ?? [];
    if (words === "in a paper") inPaper = true;
    else if (words !== undefined) {
      const [, kind, file] = /^(write|append|replace) (\S+)$/.exec(words) ?? [];
      if (!file) throw new Error(`${path}:${at + 1}: ${words}`);
      wanted = { kind: kind as "write", file };
    }
    const [, language] = /^```(\S+)$/.exec(line) ?? [];
    if (language === undefined) continue;
    const end = lines.indexOf("```", at + 1);
    const block = lines.slice(at + 1, end);
    if (language === "console") steps.push(...commandsIn(block, at + 2));
    else if (wanted) {
      steps.push({ ...wanted, line: at + 2, text: block.join("\n") + "\n" });
      wanted = undefined;
    }
    at = end;
  }
  return { inPaper, steps };
}

/** Commands begin with `$ `; what follows is what they say. */
function commandsIn(block: readonly string[], first: number): Step[] {
  const steps: {
    kind: "run";
    line: number;
    command: string;
    shown: string[];
  }[] = [];
  block.forEach((text, index) => {
    if (text.startsWith("$ ")) {
      const command = text.slice(2).replace(/\s+#.*$/, "");
      steps.push({ kind: "run", line: first + index, command, shown: [] });
    } else steps.at(-1)?.shown.push(text);
  });
  return steps;
}

/** A shell that goes on from page to end: where it is, what it changes. */
export class Session implements Disposable {
  readonly #desk = new Desk();
  #folder: string;

  private constructor(inPaper: boolean) {
    this.#folder = this.#desk.path(inPaper ? "my-paper" : "facsimile");
  }

  static async start({ inPaper }: Page): Promise<Session> {
    const session = new Session(inPaper);
    const desk = session.#desk;
    const made = await desk.new("my-paper");
    if (!inPaper) {
      desk.remove("my-paper");
      await desk.new("facsimile", "--template", "this");
      desk.link(
        new URL("../../node_modules", import.meta.url).pathname,
        "facsimile/node_modules",
      );
    }
    if (made.code !== 0) throw new Error(made.err);
    return session;
  }

  /** Does a step; what is shown must be there. */
  async do(step: Step): Promise<void> {
    if (step.kind !== "run") return this.#write(step);
    const { command, shown, line } = step;
    const [, to] = /^cd (\S+)$/.exec(command) ?? [];
    if (to !== undefined) {
      this.#folder = join(this.#folder, to);
      return;
    }
    const ran = await this.#desk.run(this.#folder, "sh", ["-c", command], {
      // Deno is called as whoever tests calls it.
      PATH: `${Deno.execPath().replace(/\/[^/]*$/, "")}:${
        Deno.env.get("PATH")
      }`,
      DENO_NO_UPDATE_CHECK: "1",
      COLUMNS: "100",
    });
    const said = saidBy(ran, this.#desk.root);
    const wanted = shown.map(settled);
    if (shown.length === 0 ? ran.code === 0 : matches(said, wanted)) return;
    throw new Error(
      `line ${line}: ${command} (exit code ${ran.code})\n--- shown\n${
        wanted.join("\n")
      }\n--- said\n${said.join("\n")}\n--- errors\n${ran.err}`,
    );
  }

  #write({ kind, file, text }: Exclude<Step, { kind: "run" }>): void {
    const path = relative(this.#desk.root, join(this.#folder, file));
    if (kind === "write") this.#desk.write(path, text);
    else if (kind === "append") {
      this.#desk.write(path, this.#desk.read(path).trimEnd() + "\n\n" + text);
    } else {
      // The block begins with the line that it replaces, up to `=`.
      const [head = ""] = text.split("=");
      const was = this.#desk.read(path);
      const at = was.split("\n").findIndex((line) => line.startsWith(head));
      if (at < 0) throw new Error(`${file} has no ${head}`);
      const lines = was.split("\n");
      lines.splice(at, 1, text.trimEnd());
      this.#desk.write(path, lines.join("\n"));
    }
  }

  [Symbol.dispose](): void {
    this.#desk[Symbol.dispose]();
  }
}

function saidBy({ code, out, err }: Ran, root: string): string[] {
  // Of what a failure says, without the line that names the task.
  const text = code === 0 || out !== "" ? out : err.replace(/^Task .*\n/, "");
  return text.trimEnd().replaceAll(root, "…").split("\n").map(settled);
}

/** What no two runs share, and what stands for it. */
const SETTLED: readonly (readonly [RegExp, string])[] = [
  [/\b\d+(\.\d+)? s\b/g, "N s"],
  [/ +N s/, " N s"],
  // Where little was saved, it is not said.
  [/; N s saved by the store$/, ""],
  [/\b\d+ files/g, "N files"],
  [/\b[\d.]+ MB/g, "N MB"],
  [/[0-9a-f]{64}/g, "DIGEST"],
  [/\b[0-9a-f]{40}\b/g, "DIGEST"],
  [/\b[0-9a-f]{12}\b…?/g, "DIGEST"],
  [/\b\d{8}-\d{6}(-[0-9a-f]{4})?\b/g, "RUN"],
  [/\bbehind \S+ in/, "behind WALL in"],
  [/\d+ cores?/, "N cores"],
  [/^\S*…\//, ""],
];

/** A line without what no two runs share. */
function settled(line: string): string {
  return SETTLED.reduce(
    (text, [what, word]) => text.replace(what, word),
    line.trimEnd(),
  );
}

/**
 * Whether lines are as shown, where `…` stands for any number of them. What ran is told
 * as it ended, which no two runs share: lines with times that follow each other may
 * change places.
 */
export function matches(
  said: readonly string[],
  shown: readonly string[],
): boolean {
  return fits(ordered(said), ordered(shown));
}

/** The same with each list of stages and their times in one order. */
function ordered(lines: readonly string[]): string[] {
  const all: string[] = [];
  let list: string[] = [];
  for (const line of lines) {
    if (/^ {2}\S.* N s\b/.test(line)) {
      list.push(line);
      continue;
    }
    all.push(...list.sort(), line);
    list = [];
  }
  return [...all, ...list.sort()];
}

function fits(said: readonly string[], shown: readonly string[]): boolean {
  const [first, ...rest] = shown;
  if (first === undefined) return said.length === 0;
  if (first === "…") {
    return said.some((_, at) => fits(said.slice(at), rest)) || fits([], rest);
  }
  return said[0] === first && fits(said.slice(1), rest);
}
