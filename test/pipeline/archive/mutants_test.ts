/**
 * Every value of an archive that stands in it twice, changed in one place, after
 * which the crate and the manifest are signed anew: an archive that contradicts
 * itself is refused before any of its code runs. All of them with FACSIMILE_LONG=1,
 * else a sample, always the same.
 */
import { deepEqual, equal } from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  cpSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { inspect } from "../../../pipeline/archive/inspection.ts";
import { CRATE, MANIFEST } from "../../../pipeline/archive/layout.ts";
import { unwrap } from "../../../pipeline/failure.ts";
import { judge, Paper } from "./fixture.ts";
import { agree, list, names, sign } from "./forger.ts";
import { Chance } from "./mutation.ts";
import { edit, unpack } from "./tampering.ts";

const LONG = Deno.env.get("FACSIMILE_LONG") === "1";
const SAMPLE = 150;

/** The unpacked archive of a small paper. */
const folder = await (async () => {
  await using paper = await Paper.write();
  await paper.run();
  await paper.publish();
  const { path } = unwrap(await paper.archive());
  const folder = await Deno.makeTempDir();
  unpack(path, folder);
  return folder;
})();
globalThis.addEventListener(
  "unload",
  () => rmSync(folder, { recursive: true, force: true }),
);

/** A file with one thing in it changed, and where. */
interface Mutant {
  readonly name: string;
  readonly at: string;
  readonly text: () => string;
}

type Place = { [key: string]: unknown };

/** Another value of the same kind: what a forger would put there. */
function other(value: unknown): unknown {
  switch (typeof value) {
    case "number":
      return value + 1;
    case "boolean":
      return !value;
    case "string":
      return /^[0-9a-f]{40,}$/.test(value)
        ? (value.startsWith("0") ? "1" : "0") + value.slice(1)
        : /\d$/.test(value)
        ? `${value}0`
        : `${value} and more`;
    default:
      return 0;
  }
}

/** Each value of a JSON text changed, and each left out. */
function ofJson(name: string, text: string): Mutant[] {
  const found: Mutant[] = [];
  const whole =
    (act: (parent: Place) => void, keys: readonly string[]) => () => {
      const copy = JSON.parse(text);
      act(keys.reduce((parent, key) => parent[key], copy));
      return JSON.stringify(copy, null, 2) + "\n";
    };
  const walk = (value: unknown, keys: readonly string[]): void => {
    for (const [key, inner] of Object.entries(value as Place)) {
      const at = [...keys, key].join("/");
      if (typeof inner === "object" && inner !== null) {
        walk(inner, [...keys, key]);
      } else {
        found.push({
          name,
          at,
          text: whole((parent) => parent[key] = other(inner), keys),
        });
      }
      found.push({
        name,
        at: `${at} left out`,
        text: whole((parent) => {
          if (Array.isArray(parent)) parent.splice(Number(key), 1);
          else delete parent[key];
        }, keys),
      });
    }
  };
  walk(JSON.parse(text), []);
  return found;
}

/** Each line of a text with one character more. */
function ofText(name: string, text: string): Mutant[] {
  return text.split("\n").flatMap((line, index, lines) =>
    line === "" ? [] : [{
      name,
      at: `line ${index + 1}`,
      text: () => lines.with(index, other(line) as string).join("\n"),
    }]
  );
}

const mutants = names(folder).filter((name) => name !== MANIFEST)
  .flatMap((name) => {
    const text = readFileSync(join(folder, name), "utf8");
    const all = name.endsWith(".json")
      ? ofJson(name, text)
      : ofText(name, text);
    // Of the verifier's many lines a few stand for all.
    return name.startsWith("verify.") ? all.slice(0, 5) : all;
  });

/** What a verifier says of the archive with one file changed. */
function judged({ name, text }: Mutant): string {
  const kept = [CRATE, MANIFEST, name]
    .map((name) => [name, readFileSync(join(folder, name))] as const);
  try {
    writeFileSync(join(folder, name), text());
    // What it says of itself would be put right by signing it.
    if (name === CRATE) list(folder);
    else sign(folder);
    const { levels } = inspect(folder, judge, 2);
    return levels.find(({ answer }) => answer !== "yes")?.answer ?? "yes";
  } finally {
    for (const [name, bytes] of kept) writeFileSync(join(folder, name), bytes);
  }
}

Deno.test("to sign an archive anew, and to let everything agree in which nothing is changed, changes nothing", () => {
  const before = names(folder).map((name) => [
    name,
    readFileSync(join(folder, name), "utf8"),
  ]);
  agree(folder);
  sign(folder);
  deepEqual(
    names(folder).map((name) => [
      name,
      readFileSync(join(folder, name), "utf8"),
    ]),
    before,
  );
});

Deno.test("an archive in which one value was changed, whatever it is, is refused before its code runs", () => {
  const chance = new Chance(20261127);
  const tried = LONG
    ? mutants
    : Array.from({ length: SAMPLE }, () => chance.of(mutants));
  const passed = tried.map((mutant) =>
    `${judged(mutant)} ${mutant.name} ${mutant.at}`
  ).filter((line) => !line.startsWith("no "));
  // Another edition of the documents is no contradiction: nobody here can compare them.
  deepEqual(passed.filter((line) => !/^open .* edition$/.test(line)), []);
  equal(mutants.length > 1000, true, String(mutants.length));
});

Deno.test("a package that an archive brings along is that of its sources' lock, and none is missing or invented", () => {
  const place = Deno.makeTempDirSync();
  try {
    cpSync(folder, place, { recursive: true });
    const at = (name: string) => join(place, name);
    const tarball = "vendor/npm/a-1.0.0.tgz";
    const integrity = (bytes: string) =>
      `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
    mkdirSync(at("vendor/npm"), { recursive: true });
    writeFileSync(at("vendor/registry.ts"), "// serves them\n");
    writeFileSync(at(tarball), "a");
    edit(at("code/deno.lock"), "sha512-a", integrity("a"));
    edit(
      at("params/release.json"),
      '"verdicts": ',
      '"vendor": {"system": "linux-x64", "packages": ' +
        '[{"name": "a", "version": "1.0.0", "file": "a-1.0.0.tgz"}]},\n  "verdicts": ',
    );
    const answer = () => {
      agree(place);
      const { levels } = inspect(place, judge, 2);
      return levels.flatMap(({ answer, findings }) => [answer, ...findings]);
    };
    deepEqual(answer(), ["yes", "yes", "yes"]);
    writeFileSync(at(tarball), "b");
    deepEqual(answer(), [
      "yes",
      "no",
      `${tarball} has the digest ${integrity("b")}, but code/deno.lock has ${
        integrity("a")
      } of a@1.0.0`,
    ]);
    writeFileSync(at(tarball), "a");
    writeFileSync(at("vendor/npm/more.tgz"), "a");
    deepEqual(answer(), [
      "yes",
      "no",
      "vendor/npm/more.tgz is no package that params/release.json names",
    ]);
    rmSync(at("vendor/npm/more.tgz"));
    rmSync(at(tarball));
    deepEqual(answer(), [
      "yes",
      "no",
      `${tarball} is not there, and params/release.json names it`,
    ]);
  } finally {
    rmSync(place, { recursive: true });
  }
});
