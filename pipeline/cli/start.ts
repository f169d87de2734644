/**
 * The way into the program: the quick answer if there is one, else the whole
 * engine. Modules are loaded only where they are needed.
 */
import type { Project } from "../project/project.ts";
import { noopAnswer } from "./noop.ts";

/** Runs a command line on a project; returns the exit code. */
export async function start<Config>(
  root: string,
  args: readonly string[],
  load: () => Promise<Project<Config>>,
): Promise<number> {
  const answer = args[0] === "reproduce" ? noopAnswer(root, args) : undefined;
  if (answer) {
    const styled = Deno.stdout.isTerminal() && !Deno.noColor;
    const text = styled ? answer.styled : answer.plain;
    let bytes = new TextEncoder().encode(text);
    try {
      while (bytes.length > 0) {
        bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
      }
      return 0;
    } catch (error) {
      // A full disk, a reader that has gone: the long way says what there is to say.
      if (!(error instanceof Error)) throw error;
    }
  }
  // Not as a literal: Deno would look at all modules behind it, and resolve their
  // packages, before the first line here runs. That takes half of a quick answer.
  const engine = new URL("main.ts", import.meta.url).href;
  const { main }: typeof import("./main.ts") = await import(engine);
  return await main(root, args, load);
}
