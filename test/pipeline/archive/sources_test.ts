/** The sources of an archive: their identifier is that of a commit's tree, or it says why not. */
import { deepEqual, equal, match } from "node:assert/strict";
import { chmodSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "../../../pipeline/archive/inspection.ts";
import { gatherSources } from "../../../pipeline/archive/sources.ts";
import { parseArguments } from "../../../pipeline/cli/arguments.ts";
import archiveCommand from "../../../pipeline/cli/commands/archive.ts";
import { style } from "../../../pipeline/text/style.ts";
import { unwrap } from "../../../pipeline/failure.ts";
import { checkout, git } from "./checkout.ts";
import { judge, Paper } from "./fixture.ts";
import { unpack } from "./tampering.ts";

/** An archive of a paper, unpacked: what is said of its sources. */
async function said(paper: Paper) {
  const { path } = unwrap(await paper.archive());
  const folder = await Deno.makeTempDir();
  try {
    unpack(path, folder);
    // Neither a ZIP nor every file system keeps what may be executed.
    for (const place of [path, folder]) {
      deepEqual(
        inspect(place, judge, 2).levels.map(({ answer }) => answer),
        ["yes", "yes", "yes"],
      );
    }
    const text = (name: string) => readFileSync(join(folder, name), "utf8");
    const [, id = "", words = ""] =
      /sources as run, `([^`]+)`: (.*) \|/.exec(text("README.md")) ?? [];
    const { related_identifiers } = JSON.parse(text(".zenodo.json"));
    return {
      id,
      words,
      related: related_identifiers.map((one: { identifier: string }) =>
        one.identifier
      ),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("an archive's sources are the tree of the commit, with its hidden files and executables", async () => {
  await using paper = await checkout();
  const tree = await git(paper.root, "rev-parse", "HEAD^{tree}");
  deepEqual(await said(paper), {
    id: `swh:1:dir:${tree}`,
    words: "they are the tree of a Git commit, so Software Heritage has them " +
      "where it has that commit",
    related: [
      `https://archive.softwareheritage.org/swh:1:dir:${tree}`,
      "https://example.org/numbers",
    ],
  });
});

Deno.test("an archive says in which files its sources differ from the commit, and sends nobody to look for them", async () => {
  await using paper = await checkout();
  const differ = async (words: string) => {
    const found = await said(paper);
    equal(
      found.words,
      `they differ from their last Git commit, so nobody else has this tree: ${words}`,
    );
    deepEqual(found.related, ["https://example.org/numbers"]);
  };
  paper.file("stages.md", "Five stages.\n");
  await differ("stages.md");
  chmodSync(join(paper.root, ".ci/run"), 0o644);
  await git(paper.root, "add", ".ci/run");
  await differ(".ci/run, stages.md");
  paper.file("not-of-the-sources.md", "tracked, and no source\n");
  await git(paper.root, "add", "not-of-the-sources.md");
  await git(paper.root, "commit", "-q", "-a", "-m", "More");
  await differ("not-of-the-sources.md");
  rmSync(join(paper.root, "LICENSE"));
  paper.file("LICENSE", "Do what I like.\n");
  await git(paper.root, "rm", "-q", "--cached", "stages.md");
  await differ("LICENSE, not-of-the-sources.md, stages.md");
});

Deno.test("an archive of no checkout says that nobody knows where its sources are", async () => {
  await using paper = await Paper.write();
  await paper.run();
  await paper.publish();
  const { words, related } = await said(paper);
  match(words, /^they were no Git checkout, so it is not known/);
  deepEqual(related, ["https://example.org/numbers"]);
  await git(paper.root, "init", "-q"); // and no commit
  equal((await said(paper)).words, words);
});

Deno.test("archive says how its sources stand to the commit, and tells nobody to deposit a draft", async () => {
  await using paper = await checkout();
  const told = async (...more: string[]) => {
    const asked = unwrap(parseArguments(["archive", ...more]));
    if (asked.kind !== "run") throw new Error("it asked for help");
    let text = "";
    const code = await archiveCommand(paper.project, asked.parsed, {
      out: (part) => void (text += part),
      err: () => {},
      style: style(false),
      outStyle: style(false),
      terminal: false,
      columns: () => 100,
      trouble: () => undefined,
    });
    equal(code, 0);
    const sources = text.indexOf("sources ");
    return text.slice(sources).replaceAll(paper.root, "ROOT")
      .replace(/swh:1:dir:[0-9a-f]{40}/, "ID");
  };
  equal(
    await told(),
    `sources      ID
             they are the tree of a Git commit, so Software Heritage has them where it has that commit

Next:
  deno task verify ROOT/paper-1.0.0.zip
  deno task deposit ROOT/paper-1.0.0.zip --sandbox
  quote the DOI and the root digest in the paper
`,
  );
  paper.file("LICENSE", "Do what I like.\n");
  rmSync(join(paper.root, "results.lock.json"));
  equal(
    await told("--draft"),
    `sources      ID
             they differ from their last Git commit, so nobody else has this tree: LICENSE, results.lock.json

Next:
  deno task verify ROOT/paper-1.0.0-draft.zip
  add what is missing, and archive without --draft
`,
  );
});

Deno.test("gatherSources() refuses what a run would replace", async () => {
  await using paper = await Paper.write();
  mkdirSync(join(paper.root, "artifacts"));
  paper.file("artifacts/input.txt", "");
  const gathered = await gatherSources(paper.root, ["artifacts"], []);
  equal(
    gathered.ok ? "" : gathered.failure.seen,
    "a run replaces what is in artifacts/",
  );
});
