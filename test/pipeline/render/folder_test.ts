/** Whose files are in `artifacts/`, in words that a shell takes, too. */
import { deepEqual } from "node:assert/strict";
import type { Configuration } from "../../../pipeline/artifacts/configuration.ts";
import { digestBytes } from "../../../pipeline/store/digest.ts";
import type { Folder } from "../../../pipeline/run/event.ts";
import { folderLines } from "../../../pipeline/render/folder.ts";
import { style } from "../../../pipeline/text/style.ts";

function configuration(more: Partial<Configuration> = {}): Configuration {
  return { settings: [], targets: [], digest: digestBytes(""), ...more };
}

const lines = (folder: Folder | undefined) =>
  folderLines(folder, 1000, style(false));

const plain = configuration();
const what = configuration({
  profile: "quick",
  settings: ["training.seeds=[1, 2]", 'training.engine="native"'],
  targets: ["train"],
});

Deno.test("folderLines() says nothing where there is nothing to say", () => {
  deepEqual(lines(undefined), []);
  deepEqual(lines({ holds: plain }), []);
});

Deno.test("folderLines() names profile and settings, and a command that a shell takes", () => {
  deepEqual(lines({ holds: what }), [
    'artifacts/ holds profile quick with training.seeds=[1, 2], training.engine="native"',
  ]);
  deepEqual(lines({ holds: plain, replaced: what, cost: 0 }), [
    "artifacts/ now holds the plain configuration instead of profile quick with " +
    'training.seeds=[1, 2], training.engine="native"; deno task reproduce train --profile quick ' +
    "--set 'training.seeds=[1, 2]' --set 'training.engine=\"native\"' " +
    "brings that back without running anything",
  ]);
  deepEqual(lines({ holds: configuration({ profile: "q" }), wanted: plain }), [
    "artifacts/ holds profile q, not the plain configuration; deno task reproduce replaces it",
  ]);
});

Deno.test("folderLines() breaks no command that is to be copied", () => {
  deepEqual(
    folderLines(
      { holds: plain, replaced: what, cost: 2 },
      60,
      style(false),
    ),
    [
      "artifacts/ now holds the plain configuration instead of",
      "profile quick with training.seeds=[1, 2],",
      'training.engine="native"; this brings that back by running',
      "at most 2 instances:",
      "  deno task reproduce train --profile quick " +
      "--set 'training.seeds=[1, 2]' --set 'training.engine=\"native\"'",
    ],
  );
});

Deno.test("folderLines() counts what is of earlier runs, and what would have to run", () => {
  deepEqual(
    lines({
      holds: configuration({ settings: ["a=1"] }),
      replaced: plain,
      cost: 1,
      earlier: { files: 1, of: 2, runs: ["20261123-160813-ab12"] },
    }),
    [
      "artifacts/ now holds a=1 instead of the plain configuration; deno task reproduce " +
      "brings that back by running at most 1 instance",
      "1 of 2 files in artifacts/ is of the run 20261123-160813-ab12",
    ],
  );
  deepEqual(
    lines({ holds: plain, earlier: { files: 2, of: 9, runs: ["a", "b"] } }),
    ["2 of 9 files in artifacts/ are of the runs a, b"],
  );
});

Deno.test("folderLines() lets no escape of an edited run.json reach the terminal", () => {
  const evil = configuration({ settings: ["a=\x1b[2J\u0007b"] });
  deepEqual(lines({ holds: evil }), ["artifacts/ holds a=b"]);
});
