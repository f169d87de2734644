/**
 * Archives by chance: whatever is in one, a verifier answers yes, no or that it
 * could not judge; and `restore` writes nowhere but into the store. The long form,
 * thousands of each: FACSIMILE_LONG=1.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { inspect, openArchive } from "../../../pipeline/archive/inspection.ts";
import { levelLines } from "../../../pipeline/archive/level.ts";
import { importResults } from "../../../pipeline/archive/import.ts";
import { digestBytes } from "../../../pipeline/store/digest.ts";
import { unwrap } from "../../../pipeline/failure.ts";
import {
  type Facts,
  fingerprint,
} from "../../../pipeline/store/fingerprint.ts";
import { StatCache } from "../../../pipeline/store/stat.ts";
import { Store } from "../../../pipeline/store/store.ts";
import type { Judge } from "../../../pipeline/project/publication.ts";
import { judge, Paper } from "./fixture.ts";
import { Chance, mutateBytes, mutateJson } from "./mutation.ts";
import { agree, names, sign } from "./forger.ts";
import { unpack } from "./tampering.ts";

const LONG = Deno.env.get("FACSIMILE_LONG") === "1";

const CRATE = "ro-crate-metadata.json";
const RUN = "logs/run.json";

/** One published project, for all tests of this file. */
const shared = await (async () => {
  const paper = await Paper.write();
  await paper.run();
  await paper.publish();
  const { path } = unwrap(await paper.archive());
  const folder = await Deno.makeTempDir();
  unpack(path, folder);
  return { paper, zip: path, folder };
})();
globalThis.addEventListener("unload", () => {
  rmSync(shared.paper.root, { recursive: true, force: true });
  rmSync(shared.folder, { recursive: true, force: true });
});

const at = (name: string) => join(shared.folder, name);

/** Everything below a folder, by path. */
function listing(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name)).sort();
}

/** With the fingerprints that its facts have, as a forger would; as it is if it is too broken. */
function refingered(text: string): string {
  try {
    const run = JSON.parse(text);
    for (const one of run.instances) {
      const facts: Facts = one.code === null
        ? one.facts
        : { ...one.facts, ...run.code[one.code] };
      one.fingerprint = fingerprint(facts);
    }
    return JSON.stringify(run);
  } catch {
    return text;
  }
}

/** Puts a text into the archive, and lets everything agree with it as far as it can. */
function forge(name: string, text: string): () => void {
  const kept = new Map(
    names(shared.folder).map((name) => [name, readFileSync(at(name))]),
  );
  writeFileSync(at(name), text);
  try {
    agree(shared.folder);
  } catch {
    sign(shared.folder); // too broken for anything to agree with it
  }
  return () => kept.forEach((bytes, name) => writeFileSync(at(name), bytes));
}

/** Answers are one of three, and no line of them does anything to a terminal. */
function sane(path: string, judge: Judge): ReturnType<typeof inspect> {
  const found = inspect(path, judge, 2);
  ok(found.levels.length > 0);
  for (const level of found.levels) {
    ok(["yes", "no", "open"].includes(level.answer));
    for (const line of levelLines(level)) {
      // deno-lint-ignore no-control-regex -- they are what is looked for
      ok(!/[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/.test(line), line);
    }
  }
  return found;
}

Deno.test("every mutant of an archive's documents gets an answer, and restores into the store alone", () => {
  const files = [
    RUN,
    CRATE,
    "claims.json",
    "params/release.json",
    "data/datasets.json",
    "code/deno.lock",
    "code/paper.json",
    "results/metrics.json",
    "results/claims.json",
  ];
  const chance = new Chance(20261125);
  const answers = new Map<string, number>();
  const place = Deno.makeTempDirSync();
  let restored = 0;
  try {
    for (let round = 0; round < (LONG ? 6000 : 200); round++) {
      const name = chance.below(2) === 0 ? RUN : chance.of(files);
      const mutant = mutateJson(readFileSync(at(name), "utf8"), chance);
      const again = name === RUN && chance.below(2) === 0;
      const restoreFiles = forge(name, again ? refingered(mutant) : mutant);
      try {
        sane(shared.folder, judge);
        // Who knows nothing of what is declared is taken further in.
        const { levels } = sane(shared.folder, { verdicts: judge.verdicts });
        const word = levels.map(({ answer }) => answer).join(" ");
        answers.set(word, (answers.get(word) ?? 0) + 1);
        if (levels[1]?.answer !== "yes") continue;
        restored++;
        const inner = join(place, "a/b/c/d/e/store");
        mkdirSync(inner, { recursive: true });
        const outside = listing(place);
        using container = openArchive(shared.folder)!;
        importResults(
          container,
          new Store(inner, StatCache.open(join(inner, "cache/stat"))),
          digestBytes("an archive"),
        );
        deepEqual(
          listing(place).filter((path) => !path.startsWith(inner)),
          outside.filter((path) => !path.startsWith(inner)),
        );
        rmSync(join(place, "a"), { recursive: true });
      } catch (error) {
        throw new Error(`round ${round}, ${name}`, { cause: error });
      } finally {
        restoreFiles();
      }
    }
  } finally {
    rmSync(place, { recursive: true });
  }
  // The mutants are no easy prey: they get as far as the claims, and into the store.
  ok(answers.has("yes no"), String([...answers]));
  ok(answers.has("yes yes yes"), String([...answers]));
  ok(!LONG || answers.has("yes yes no"), String([...answers]));
  ok(restored > 0);
  deepEqual(sane(shared.folder, judge).levels.map(({ answer }) => answer), [
    "yes",
    "yes",
    "yes",
  ]);
  if (LONG) {
    Deno.stderr.writeSync(
      new TextEncoder().encode(
        [...answers].join("\n") + `\n${restored} restored\n`,
      ),
    );
  }
});

Deno.test("every mutant of an archive's ZIP gets an answer, and none a yes", () => {
  const bytes = new Uint8Array(readFileSync(shared.zip));
  const chance = new Chance(20261126);
  const path = Deno.makeTempFileSync();
  try {
    for (let round = 0; round < (LONG ? 12_000 : 600); round++) {
      const mutant = mutateBytes(bytes, chance);
      if (mutant.length === bytes.length && digest(mutant) === digest(bytes)) {
        continue;
      }
      writeFileSync(path, mutant);
      try {
        equal(sane(path, judge).levels.at(-1)?.answer, "no");
      } catch (error) {
        throw new Error(`round ${round}`, { cause: error });
      }
    }
  } finally {
    rmSync(path);
  }
});

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
