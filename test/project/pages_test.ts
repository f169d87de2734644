/** What the pages of docs/ have one type, typed; and what they show, compared. */
import { deepEqual, equal, throws } from "node:assert/strict";
import { skip } from "../rig/skip.ts";
import { probeWall } from "../../pipeline/sandbox/wall/wall.ts";
import { parseArguments } from "../../pipeline/cli/arguments.ts";
import { commandsOf } from "../../pipeline/cli/table.ts";
import { matches, readPage, Session } from "./pages.ts";

const docs = new URL("../../docs/", import.meta.url).pathname;
const PAGES = ["your-own-paper", "stages", "axes", "claims-and-numbers"];

Deno.test("matches() takes … for any number of lines, stages in any order, and nothing else", () => {
  equal(matches(["  b N s", "  a N s"], ["  a N s", "  b N s"]), true);
  equal(matches(["b", "a"], ["a", "b"]), false);
  const said = ["one", "two", "three"];
  for (
    const shown of [said, ["…"], ["one", "…"], ["…", "three"], [
      "one",
      "…",
      "three",
    ], ["…", "two", "…"]]
  ) {
    equal(matches(said, shown), true, shown.join());
  }
  for (
    const shown of [[], ["one"], ["two", "…"], ["…", "two"], ["…", "four", "…"]]
  ) {
    equal(matches(said, shown), false, shown.join());
  }
});

for (const name of PAGES) {
  Deno.test({
    name: `every command of docs/${name}.md does what the page shows`,
    ignore: probeWall() === "none",
    async fn() {
      const page = readPage(`${docs}${name}.md`);
      using session = await Session.start(page);
      const wrong: string[] = [];
      for (const step of page.steps) {
        try {
          await session.do(step);
        } catch (error) {
          wrong.push((error as Error).message);
        }
      }
      if (wrong.length > 0) throw new Error(wrong.join("\n\n"));
    },
  });
}
if (probeWall() === "none") {
  skip("the commands of docs/", "there is no wall of the kernel");
}

Deno.test("a page's comment that says nothing known is a mistake", () => {
  const path = Deno.makeTempFileSync();
  Deno.writeTextFileSync(path, "<!-- page: wriet a.py -->\n");
  throws(() => readPage(path), /wriet a\.py/);
  Deno.removeSync(path);
});

/** The command lines of README.md, as somebody types them. */
function readmeCommands(): string[] {
  const text = Deno.readTextFileSync(`${docs}../README.md`);
  return Array.from(
    text.matchAll(
      /^ {4}\(?(?:.* && )?(?:npx -y )?deno(?:@[\d.]+)? task (.*?)\)?(?: +#.*)?$/gm,
    ),
    ([, words = ""]) => words,
  );
}

/** A line as a shell takes it apart, where nothing but quotes is special. */
function words(line: string): string[] {
  return Array.from(
    line.matchAll(/(?:'[^']*'|[^\s'])+/g),
    ([word]) => word.replaceAll("'", ""),
  );
}

Deno.test("every command of README.md is one of the program's, with options that it has", () => {
  const commands = commandsOf({
    page: "report.html",
    shorthands: [
      { option: "engine", setting: "training.engine", help: "" },
      { option: "strict", setting: "paper.strict", to: true, help: "" },
    ],
    levels: ["figures", "models", "retrain"].map((name) => ({
      name,
      help: "",
    })),
    templates: ["python", "minimal"].map((name) => ({
      name,
      help: "",
      folders: [],
    })),
  });
  const known = readmeCommands().filter((line) => !/^test\b/.test(line));
  equal(known.length > 20, true);
  deepEqual(
    known.filter((line) => !parseArguments(words(line), commands).ok),
    [],
  );
});

Deno.test("the commands of README.md that run nothing say what they would, of this study", async () => {
  using session = await Session.start({ inPaper: false, steps: [] });
  const wrong: string[] = [];
  for (const line of readmeCommands()) {
    const plan = /^reproduce\b/.test(line) &&
      !/--(open|watch|executor|cache|dry-run)/.test(line);
    if (!plan && !/^(why|graph|reproduce --dry-run)\b/.test(line)) continue;
    // What it would do, instead of hours of it.
    const command = `deno task ${line}${plan ? " --dry-run" : ""}`;
    await session.do({ kind: "run", line: 0, command, shown: [] })
      .catch((error: Error) => wrong.push(error.message));
  }
  deepEqual(wrong.join("\n"), "");
});
