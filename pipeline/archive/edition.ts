/**
 * Which edition of the documents this program writes: a digest of what it makes of
 * two releases that nobody published. A verifier compares documents only with those
 * of its own edition; so a better sentence in a later README calls no archive of
 * before forged, and nobody has to remember to count.
 */
import { type Digest, digestBytes } from "../store/digest.ts";
import { type Facts, fingerprint } from "../store/fingerprint.ts";
import type { PublishedInstance } from "../published/lock.ts";
import { documentsOf } from "./derivation.ts";
import { archivePath, CODE } from "./layout.ts";
import type { Release } from "./release.ts";

const digest = (text: string) => digestBytes(text);

function instance(
  stage: string,
  facts: Facts,
  from: readonly string[],
  outputs: readonly string[],
): PublishedInstance {
  return {
    stage,
    title: `Do <${stage}>`,
    from,
    fingerprint: fingerprint(facts),
    facts,
    outputs: Object.fromEntries(
      outputs.map((name) => [
        name,
        { digest: digest(stage + name), size: name.length },
      ]),
    ),
    seconds: 1.5,
    made: "2020-02-29T12:00:00.000Z",
    wall: "landlock",
  };
}

const FULL: Release = {
  publication: {
    name: "name",
    title: "A <title> & more",
    description: "A description.",
    version: "1.0.0",
    license: "MIT",
    keywords: ["one", "two"],
    authors: [
      {
        given: "Ada",
        family: "Example",
        affiliation: "A house",
        orcid: "0000-0002-1825-0097",
      },
      { name: "The Group" },
    ],
    paper: { author: "A. Example", venue: "A journal", year: 2020 },
    repository: "https://example.org/code",
    datasets: [{
      name: "Numbers",
      description: "Some",
      page: "https://example.org/numbers",
      citation: "Example: Numbers",
      terms: "Free",
      license: "CC-BY-4.0",
      files: [{
        name: "numbers.gz",
        bytes: 10,
        sha256: digest("numbers"),
        urls: ["https://example.org/numbers.gz"],
      }],
    }],
    carried: [{
      name: "A part 1",
      holder: "Somebody",
      license: "MIT",
      page: "https://example.org/part",
      where: "in one",
    }],
    formats: { own: "application/own" },
    metrics: "metrics.json",
    means: ["engine"],
    workflow: "stages/one.ts",
    sources: ["stages"],
    claims: [{ id: "small", below: 0.5 }],
    judge: "stages/judge.ts",
  },
  sources: { executables: ["run"], differences: ["a", "b"] },
  remarks: [{ instance: "two", message: "a < b" }],
  deno: "1.2.3",
  data: false,
  vendor: {
    system: "linux-x64",
    packages: [
      { name: "a", version: "1.0.0", file: "a-1.0.0.tgz", license: "MIT" },
      {
        name: "c",
        version: "1.0.0",
        file: "c-1.0.0.tgz",
        license: "MIT AND LGPL-3.0",
      },
      { name: "b", version: "2.0.0", file: "b-2.0.0.tgz" },
    ],
  },
  levels: [{ help: "everything made again" }],
  mirror: "MIRROR",
  verdicts: "claims.json",
  missing: ["an author"],
  memory: { one: 600 },
  code: `swh:1:dir:${"0".repeat(40)}`,
  described: new Map([["rate", "How fast."]]),
  page: "metrics.json",
  pictures: [
    { path: "a.svg", title: "A < b", description: "It is.", width: 317 },
    { path: "picture.png", title: "picture.png", description: "" },
  ],
  run: {
    machine: { cpu: "A", cores: 2, memory_mib: 4, os: "linux", arch: "x86_64" },
    experiment: { rate: 0.1 },
    metrics: { sum: 0.1 },
    verdicts: [{
      id: "small",
      sentence: "It is small.",
      verdict: "holds",
      evidence: { summary: "0.1 < 0.5" },
    }],
    instances: {
      "one[rate=0.1]": instance(
        "one",
        {
          module: "stages/one.ts",
          "param rate": 0.1,
          "param list": [1, 2],
          "input numbers": digest("numbers"),
        },
        [],
        ["table", "kept"],
      ),
      two: instance(
        "two",
        { command: ["sh"], "input table": digest("onetable") },
        ["one[rate=0.1]"],
        ["metrics"],
      ),
    },
    artifacts: {
      "tables/a.own": {
        digest: digest("onetable"),
        size: 7,
        instance: "one[rate=0.1]",
        output: "table",
        determinism: { kind: "bits" },
      },
      "picture.png": {
        digest: digest("twometrics"),
        size: 7,
        instance: "two",
        output: "metrics",
        determinism: { kind: "numeric", tolerance: 0.1 },
      },
    },
  },
};

/** The other side of every "if". */
const BARE: Release = {
  ...FULL,
  publication: {
    name: "name",
    title: "Title",
    description: "",
    version: "1",
    license: "MIT",
    keywords: [],
    authors: [],
    datasets: FULL.publication.datasets,
    means: [],
    workflow: "stages/one.ts",
    sources: [],
    claims: [],
  },
  sources: { executables: [], differences: [] },
  remarks: [],
  pictures: [],
  data: true,
  missing: [],
  run: { ...FULL.run, verdicts: [] },
};

let known: Digest | undefined;

/** The edition's digest. */
export function edition(): Digest {
  known ??= digestBytes(
    [FULL, BARE].flatMap((release) => {
      const names = [
        ...Object.keys(release.run.artifacts).map(archivePath),
        `${CODE}stages/one.ts`,
        `${CODE}deno.lock`,
        ...documentsOf(release).keys(),
      ];
      const files = names.map((name) => ({
        name,
        size: name.length,
        digest: digest(name),
      }));
      return [...documentsOf(release).values()].map((make) => make(files));
    }).join("\0"),
  );
  return known;
}
