/** What README and `--help` show is what the program takes, word for word. */
import { equal, ok } from "node:assert/strict";
import { Copy } from "./copy.ts";

/** Commands that say what would run, and why. */
const ASKING = ["reproduce", "status", "why"];

/** The command lines in a text, without what is said of them. */
function commandLines(text: string): string[] {
  return text.split("\n").flatMap((line) => {
    const [, command = "", name = ""] =
      /^ {2,4}deno task (([a-z]+)(?: .*?)?)(?: {2,}#.*| # .*)?$/.exec(line) ??
        [];
    return ASKING.includes(name) ? [command.trim()] : [];
  });
}

Deno.test("every command line of README and --help that asks what would run is answered", async (t) => {
  using copy = new Copy("sentences", {});
  const texts = [copy.read("README.md")];
  for (const command of ASKING) {
    texts.push((await copy.task(command, "--help")).out);
  }
  const lines = texts.flatMap(commandLines)
    // To run everything, to wait, or to open a window is not asked here.
    .filter((line) => !/--(watch|open)\b/.test(line));
  ok(lines.length >= 12, lines.join("\n"));
  for (const line of new Set(lines)) {
    await t.step(line, async () => {
      const dry = line.startsWith("reproduce") && !line.includes("--dry-run")
        ? " --dry-run"
        : "";
      const { code, stdout, stderr } = await new Deno.Command("sh", {
        args: ["-c", `"${Deno.execPath()}" run -A main.ts ${line}${dry}`],
        cwd: copy.root,
        stdin: "null",
        env: { NO_COLOR: "1" },
      }).output();
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      equal(code, line.startsWith("status") ? 3 : 0, text(stderr));
      ok(/will run/.test(text(stdout)), text(stdout));
    });
  }
});
