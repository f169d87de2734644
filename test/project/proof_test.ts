/**
 * Which level finds what: each file of an archive changed, with all that follows
 * from it, as by a forger who knows this program. The table of docs/archive.md is
 * what this test finds; all of it with FACSIMILE_LONG=1, else some rows.
 */
import { deepEqual, equal } from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { probeWall } from "../../pipeline/sandbox/wall/wall.ts";
import { agree, sign } from "../pipeline/archive/forger.ts";
import { edit, unpack } from "../pipeline/archive/tampering.ts";
import { skip } from "../rig/skip.ts";
import { Lines } from "./lines.ts";

const LONG = Deno.env.get("FACSIMILE_LONG") === "1";

/** The table of the documentation: what was changed, and the level that finds it. */
function documented(): Map<string, string> {
  const text = readFileSync(
    new URL("../../docs/archive.md", import.meta.url),
    "utf8",
  );
  const [, table = ""] = /\| changed, .*\n\|[-|]+\n((?:\|.*\n)+)/.exec(text) ??
    [];
  return new Map(
    table.trim().split("\n").map((row) => {
      const [, changed = "", level = ""] = row.split("|").map((cell) =>
        cell.trim()
      );
      return [changed, level];
    }),
  );
}

/** A row of it: how the unpacked archive is forged. */
interface Row {
  readonly changed: string;
  readonly forge: (at: (name: string) => string, folder: string) => void;
  /** Of those that are tried always. */
  readonly always?: true;
}

/** Replaces a text in several files, one after the other. */
const everywhere = (
  at: (name: string) => string,
  names: readonly string[],
  was: string | RegExp,
  now: string,
) => names.forEach((name) => edit(at(name), was, now));

const THIRD = "0.3333333333333333";
const LESS = "0.3333333333333334";
const MEASURED = ["results/metrics.json", "results/claims.json"];
const FIGURE = "results/figures/line.svg";

const ROWS: readonly Row[] = [
  {
    changed: "a document (`README.md`), signed anew",
    forge: (at, folder) => {
      edit(at("README.md"), "A line", "A straight line");
      sign(folder);
    },
    always: true,
  },
  {
    changed: "an author in the statement (`params/release.json`)",
    forge: (at, folder) => {
      edit(at("params/release.json"), '"Example"', '"Somebody"');
      agree(folder);
    },
  },
  {
    changed: "a parameter in the record and its lock",
    forge: (at, folder) => {
      edit(at("logs/run.json"), '"param steps": 3', '"param steps": 30');
      agree(folder);
    },
  },
  {
    changed: "a setting in the configuration alone",
    forge: (at, folder) => {
      edit(at("code/config.json"), '"steps":3', '"steps":30');
      agree(folder);
    },
  },
  {
    changed: "a claim's evidence (`results/claims.json`)",
    forge: (at, folder) => {
      edit(at("results/claims.json"), "it is 0.3", "it is 0.2");
      agree(folder);
    },
  },
  {
    changed: "a figure",
    forge: (at, folder) => {
      edit(at(FIGURE), THIRD, LESS);
      agree(folder);
    },
    always: true,
  },
  {
    changed: "the code of a stage, though it does the same",
    forge: (at, folder) => {
      edit(
        at("code/stages/draw.ts"),
        "const { last }",
        "const last = 0, { last: more }",
      );
      edit(at("code/stages/draw.ts"), "+ last +", "+ (last + more) +");
      agree(folder);
    },
  },
  {
    changed: "a measured number and the claims on it",
    forge: (at, folder) => {
      everywhere(at, MEASURED, THIRD, LESS);
      agree(folder);
    },
  },
  {
    changed: "a measured number, the claims and the figure",
    forge: (at, folder) => {
      everywhere(at, [...MEASURED, FIGURE], THIRD, LESS);
      agree(folder);
    },
  },
  {
    changed: "a model",
    forge: (at, folder) => {
      edit(at("results/models/line.txt"), THIRD, LESS);
      agree(folder);
    },
  },
  {
    changed: "a model and all that is measured of it",
    forge: (at, folder) => {
      everywhere(
        at,
        ["results/models/line.txt", ...MEASURED, FIGURE],
        THIRD,
        LESS,
      );
      agree(folder);
    },
  },
  {
    changed: "a setting in the configuration and all of the record",
    forge: (at, folder) => {
      edit(at("code/config.json"), '"steps":3', '"steps":30');
      edit(at("logs/run.json"), '"param steps": 3', '"param steps": 30');
      edit(at("logs/run.json"), '"steps": 3\n', '"steps": 30\n');
      agree(folder);
    },
  },
  {
    changed: "times and machine in the record and its lock",
    forge: (at, folder) => {
      edit(at("logs/run.json"), /"seconds": [\d.]+/, '"seconds": 1000');
      edit(at("logs/run.json"), /"made": "\d+/, '"made": "2001');
      edit(at("logs/run.json"), /"cores": \d+/, '"cores": 4096');
      agree(folder);
    },
    always: true,
  },
  {
    changed: "both verifiers (`verify.mjs`, `verify.ts`)",
    forge: (at, folder) => {
      everywhere(
        at,
        ["verify.mjs", "verify.ts"],
        "Checks this",
        "Praises this",
      );
      agree(folder);
    },
  },
];

Deno.test({
  name:
    "each change of an archive is found by the level that the documentation says",
  ignore: probeWall() === "none",
  async fn(t) {
    using lines = new Lines();
    for (const command of ["reproduce", "publish", "archive"]) {
      const { code, out, err } = await lines.run(command);
      equal(code, 0, `${command}: ${out}${err}`);
    }
    const zip = lines.path("lines-1.0.0.zip");
    const folder = lines.path("unpacked");
    const at = (name: string) => join(folder, name);
    /** The first level that says no, or that none does. */
    const found = async (): Promise<string> => {
      const { out, err } = await lines.run(
        "verify",
        folder,
        "--level",
        "5",
        "--run",
        "--json",
      );
      const { levels } = JSON.parse(out || "{}") as {
        levels?: { level: number; answer: string; findings: string[] }[];
      };
      const last = levels?.at(-1);
      if (!last || last.answer === "open") throw new Error(out + err);
      return last.answer === "no" ? String(last.level) : "none";
    };
    const unpackAnew = () => {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder);
      unpack(zip, folder);
    };

    if (LONG) {
      await t.step("nothing is found where nothing was changed", async () => {
        unpackAnew();
        equal(await found(), "none");
      });
      await t.step("an honest archive of code that lies", async () => {
        const was = readFileSync(lines.path("stages/measure.ts"), "utf8");
        using liar = new Lines();
        liar.write(
          "stages/measure.ts",
          was.replace("{ last }", "{ last: last / 2 }"),
        );
        for (const command of ["reproduce", "publish", "archive"]) {
          const { code, out, err } = await liar.run(command);
          equal(code, 0, `${command}: ${out}${err}`);
        }
        rmSync(folder, { recursive: true, force: true });
        mkdirSync(folder);
        unpack(liar.path("lines-1.0.0.zip"), folder);
        equal(await found(), "4");
      });
    }
    const levels = documented();
    for (const { changed, forge, always } of ROWS) {
      if (!LONG && !always) continue;
      await t.step(changed, async () => {
        unpackAnew();
        forge(at, folder);
        equal(await found(), levels.get(changed), changed);
      });
    }
    deepEqual([...levels.keys()], ROWS.map(({ changed }) => changed));
  },
});

if (probeWall() === "none") {
  skip("which level finds what", "there is no wall of the kernel");
}
