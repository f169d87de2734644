/** Archives of a small project: equal bytes, and what each level finds. */
import { deepEqual, equal, match } from "node:assert/strict";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { importResults } from "../../../pipeline/archive/import.ts";
import { openZip } from "../../../pipeline/archive/zip/zip.ts";
import { inspect } from "../../../pipeline/archive/inspection.ts";
import { exitCode, levelLines } from "../../../pipeline/archive/level.ts";
import { rootLines } from "../../../pipeline/archive/standalone.ts";
import type { Digest } from "../../../pipeline/store/digest.ts";
import { unwrap } from "../../../pipeline/failure.ts";
import type { Judge } from "../../../pipeline/project/publication.ts";
import { skip } from "../../rig/skip.ts";
import { CONFIG, judge, Paper } from "./fixture.ts";
import { edit, resign, unpack } from "./tampering.ts";

/** Runs a program; returns its exit code and what it printed. */
async function sh(
  command: string,
  args: string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await new Deno.Command(command, {
    args,
    cwd,
    env,
  }).output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

/** One published project and its unpacked archive, for all tests of this file. */
async function published(): Promise<
  { paper: Paper; zip: string; root: string; names: string[] }
> {
  const paper = await Paper.write();
  await paper.run();
  await paper.publish();
  const { path, root } = unwrap(await paper.archive());
  using container = openZip(path);
  const names = container.members.map(({ name }) => name);
  return { paper, zip: path, root, names };
}

/** Node, if this machine has it. */
const node = (await sh("sh", ["-c", "command -v node"], ".")).text.trim();
if (node === "") {
  skip("an archive's own verifier with Node alone", "Node is not installed");
}

const shared = await published();
globalThis.addEventListener(
  "unload",
  () => rmSync(shared.paper.root, { recursive: true, force: true }),
);

/** The unpacked archive, spoilt by `spoil`: the answers of the levels, and all findings. */
function spoilt(
  spoil: (folder: string) => void,
): { answers: string[]; findings: string } {
  const folder = Deno.makeTempDirSync();
  try {
    unpack(shared.zip, folder);
    spoil(folder);
    const { levels } = inspect(folder, judge, 2);
    return {
      answers: levels.map(({ answer }) => answer),
      findings: levels.flatMap(({ findings }) => findings).join("\n"),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

Deno.test("an archive passes all three levels, as a ZIP and as a folder", () => {
  const { levels, root } = inspect(shared.zip, judge, 2);
  deepEqual(levels.map(({ answer }) => answer), ["yes", "yes", "yes"]);
  equal(exitCode(levels), 0);
  equal(root, shared.root);
  deepEqual(spoilt(() => {}).answers, ["yes", "yes", "yes"]);
});

/** What runs an archive's own verifier, each with nothing else of the machine. */
const RUNNERS: { readonly [name: string]: readonly string[] } = {
  Deno: [
    Deno.execPath(),
    "run",
    "--no-config",
    "--no-remote",
    "--allow-read",
    "verify.ts",
  ],
  ...node && { Node: [node, "verify.mjs"] },
};

for (const [name, [program = "", ...args]] of Object.entries(RUNNERS)) {
  Deno.test(`an archive's own verifier gives the same answer with ${name} alone`, async () => {
    const folder = await Deno.makeTempDir();
    const home = await Deno.makeTempDir();
    unpack(shared.zip, folder);
    const verify = async (...more: string[]) => {
      const { code, stdout, stderr } = await new Deno.Command(program, {
        args: [...args, ...more],
        cwd: folder,
        clearEnv: true,
        env: { HOME: home, NO_COLOR: "1" },
      }).output();
      const decoder = new TextDecoder();
      return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
    };
    const { levels, root } = inspect(folder, judge, 2);
    const lines = [
      ...levels.flatMap((level) => levelLines(level)),
      ...rootLines(root),
      "",
    ];
    for (const target of [".", shared.zip]) {
      deepEqual(await verify(target), { code: 0, text: lines.join("\n") });
    }
    const { code, text } = await verify("--json");
    equal(code, 0, text);
    deepEqual(JSON.parse(text), { root, levels });
    edit(join(folder, "results/metrics.json"), "0.0", "0.1");
    equal((await verify(".")).code, 1);
    equal((await verify("nowhere")).code, 2);
    for (const used of [folder, home]) {
      await Deno.remove(used, { recursive: true });
    }
  });
}

Deno.test("an archive's own verifier imports Node's modules and nothing else, and is the same for Deno and Node", () => {
  using container = openZip(shared.zip);
  const text = (name: string) => new TextDecoder().decode(container.read(name));
  const imports = text("verify.mjs").matchAll(/^import [^"]*"([^"]+)"/gm);
  deepEqual(
    [...imports].map(([, from]) => from).filter((from) =>
      !from?.startsWith("node:")
    ),
    [],
  );
  equal(text("verify.mjs"), text("verify.ts"));
});

Deno.test("sha256sum, unzip and Git agree with what the archive says", async () => {
  const folder = await Deno.makeTempDir();
  const tested = await sh("unzip", ["-tq", shared.zip], folder);
  equal(tested.code, 0, tested.text);
  unpack(shared.zip, folder);
  const sums = await sh(
    "sha256sum",
    ["-c", "--quiet", "manifest-sha256.txt"],
    folder,
  );
  equal(sums.code, 0, sums.text);
  const code = join(folder, "code");
  await sh("git", ["init", "-q"], code);
  await sh("git", ["-c", "core.autocrlf=false", "add", "-A", "-f"], code);
  const tree = (await sh("git", ["write-tree"], code)).text.trim();
  match(
    readFileSync(join(folder, "README.md"), "utf8"),
    new RegExp(`swh:1:dir:${tree}`),
  );
  await Deno.remove(folder, { recursive: true });
});

Deno.test("buildArchive() gives the same bytes twice, and in a copy elsewhere", async () => {
  const place = await Deno.realPath(
    await Deno.makeTempDir({ prefix: "ört-" }),
  );
  const elsewhere = join(place, "further", "down");
  cpSync(shared.paper.root, elsewhere, { recursive: true });
  const before = Deno.umask(0o077);
  try {
    const copy = unwrap(
      await Paper.at(elsewhere).archive({ output: join(elsewhere, "b.zip") }),
    );
    deepEqual(readFileSync(copy.path), readFileSync(shared.zip));
  } finally {
    Deno.umask(before);
    await Deno.remove(place, { recursive: true });
  }
});

Deno.test("buildArchive() gives the same bytes after another run of the same experiment", async () => {
  await using other = await Paper.write(CONFIG, "other-");
  cpSync(
    join(shared.paper.root, "results.lock.json"),
    join(other.root, "results.lock.json"),
  );
  const { comparison } = await other.run();
  equal(comparison?.kind, "identical");
  const { path } = unwrap(await other.archive());
  deepEqual(readFileSync(path), readFileSync(shared.zip));
});

Deno.test("level 0 finds a changed, a missing and an extra file", () => {
  const changed = spoilt((folder) => edit(join(folder, "README.md"), "a", "b"));
  deepEqual(changed.answers, ["no"]);
  match(changed.findings, /CHANGED README.md/);
  const missing = spoilt((folder) =>
    rmSync(join(folder, "results/figures/losses.svg"))
  );
  match(missing.findings, /MISSING results\/figures\/losses.svg/);
  const extra = spoilt((folder) => writeFileSync(join(folder, "extra"), ""));
  match(extra.findings, /EXTRA extra/);
  const renamed = spoilt((folder) => {
    writeFileSync(join(folder, "new"), readFileSync(join(folder, "LICENSE")));
    rmSync(join(folder, "LICENSE"));
  });
  match(renamed.findings, /MISSING LICENSE\nEXTRA new/);
});

Deno.test("a run in the archive's folder changes no verdict, and hides no change", () => {
  const run = (folder: string) => {
    for (
      const name of ["node_modules/.deno/a", ".store/objects", "artifacts"]
    ) {
      mkdirSync(join(folder, "code", name), { recursive: true });
    }
    // Deno links packages, which is nothing that an archive may have.
    symlinkSync(".deno/a", join(folder, "code/node_modules/a"));
    writeFileSync(join(folder, "code/artifacts/run.json"), "{}");
  };
  const after = spoilt(run);
  deepEqual(after.answers, ["yes", "yes", "yes"]);
  equal(
    after.findings,
    [".store", "artifacts", "node_modules"].map((name) =>
      `LATER code/${name}: left by a run, not of the archive, not judged`
    ).join("\n"),
  );
  for (
    const name of shared.names.filter((name) => name !== "manifest-sha256.txt")
  ) {
    const { answers, findings } = spoilt((folder) => {
      run(folder);
      writeFileSync(join(folder, name), "changed");
    });
    deepEqual(answers, ["no"], name);
    match(findings, /^CHANGED /);
  }
  const further: [name: string, finding: RegExp][] = [
    ["code/.npmrc", /^EXTRA code\/\.npmrc/],
    ["code/stages/artifacts", /^EXTRA code\/stages\/artifacts/],
    ["artifacts", /^EXTRA artifacts/],
    ["code/node_modules", /^EXTRA code\/node_modules/], // a file, which no run leaves
  ];
  for (const [name, finding] of further) {
    const { answers, findings } = spoilt((folder) =>
      writeFileSync(join(folder, name), "")
    );
    deepEqual(answers, ["no"], name);
    match(findings, finding);
  }
  const link = spoilt((folder) =>
    symlinkSync("stages", join(folder, "code/artifacts"))
  );
  deepEqual(link.answers, ["no"]);
});

Deno.test("level 0 finds a flipped byte anywhere in the ZIP", () => {
  const bytes = readFileSync(shared.zip);
  const path = Deno.makeTempFileSync();
  // A prime stride visits headers, names, contents and the directory.
  for (let at = 0; at < bytes.length; at += 211) {
    const flipped = Uint8Array.from(bytes);
    flipped[at]! ^= 0x10;
    writeFileSync(path, flipped);
    const { levels } = inspect(path, judge, 0);
    equal(exitCode(levels), 1, `byte ${at}`);
  }
  rmSync(path);
});

Deno.test("level 1 finds edited metrics whose line in the manifest was edited, too", () => {
  const { answers, findings } = spoilt((folder) => {
    edit(join(folder, "results/metrics.json"), "0.0", "0.1");
    resign(folder, "results/metrics.json");
  });
  deepEqual(answers, ["yes", "no"]);
  match(findings, /not what metrics made/);
});

Deno.test("level 1 finds code, facts, references and actions that were changed", () => {
  const CRATE = "ro-crate-metadata.json";
  const cases: [
    file: string,
    was: string | RegExp,
    now: string,
    finding: RegExp,
  ][] = [
    [
      "code/stages/train.ts",
      "task",
      "tusk",
      /CITATION\.cff at line 16: .*swh:1:dir:.*, but the record gives/,
    ],
    [
      "logs/run.json",
      '"param epochs": 3',
      '"param epochs": 4',
      /fingerprint is not that/,
    ],
    [
      CRATE,
      '"#engine"',
      '"#nobody"',
      /\["#engine"\]: nothing, but the record gives \{/,
    ],
    [
      CRATE,
      /"contentSize": "\d+"/,
      '"contentSize": "1"',
      /contentSize: "1", but the record gives "\d+"/,
    ],
    [
      "claims.json",
      '"holds"',
      '"fails"',
      /claims\.small\.verdict: "fails", but the record gives "holds"/,
    ],
  ];
  for (const [file, was, now, finding] of cases) {
    const { answers, findings } = spoilt((folder) => {
      edit(join(folder, file), was, now);
      resign(folder, file);
    });
    deepEqual(answers, ["yes", "no"], file);
    match(findings, finding);
  }
});

Deno.test("level 2 names a claim that the numbers do not bear", () => {
  const { levels } = inspect(
    shared.zip,
    {
      verdicts: (claims, artifacts) =>
        judge.verdicts(claims, artifacts)
          .map((one) => ({ ...one, verdict: "fails" as const })),
    },
    2,
  );
  deepEqual(levels.map(({ answer }) => answer), ["yes", "yes", "no"]);
  match(
    levels[2]!.findings.join(),
    /small: the archive says "holds", the numbers say "fails"/,
  );
});

Deno.test("level 1 has what the project finds in artifacts, and no finding is a crash", () => {
  const found = (findings: Judge["findings"]) =>
    inspect(shared.zip, { ...judge, ...findings && { findings } }, 2).levels
      .flatMap(({ answer, findings }) => [answer, ...findings]);
  deepEqual(
    found(({ artifacts, instances, data }, read) => {
      deepEqual(data, ["0".repeat(64)]);
      deepEqual(instances["train[lr=0.1]"]?.facts["param epochs"], 3);
      return Object.keys(artifacts).filter((path) => path.endsWith(".svg"))
        .map((path) => `${path} has ${read(path).length} bytes`);
    }),
    ["yes", "no", "figures/losses.svg has 53 bytes"],
  );
  deepEqual(
    found(() => {
      throw new RangeError("too deep");
    }),
    [
      "yes",
      "no",
      "what the artifacts say of themselves cannot be compared: too deep",
    ],
  );
});

Deno.test("inspect() cannot judge what is not there, and that is neither yes nor no", () => {
  const { levels } = inspect("/nowhere", judge, 2);
  equal(exitCode(levels), 2);
});

Deno.test("buildArchive() refuses what is stale, unpublished, unlicensed, linked or secret", async () => {
  await using paper = await Paper.write();
  const refusal = async () => {
    const made = await paper.archive();
    return made.ok ? "made" : `${made.failure.kind}: ${made.failure.seen}`;
  };
  match(await refusal(), /^stale/);
  await paper.run();
  match(await refusal(), /results.lock.json: publish the run first/);
  await paper.publish();
  equal(await refusal(), "made");
  paper.file("LICENSE", "");
  rmSync(join(paper.root, "LICENSE"));
  match(await refusal(), /the text of the licence MIT/);
  paper.file("LICENSE", "Do what you like.\n");
  paper.file("stages/extra.ts", `const key = "AKIA${"A".repeat(16)}";\n`);
  match(await refusal(), /^leak: line 1 has an access key of AWS/);
  paper.file("stages/extra.ts", `// ${paper.root}\n`);
  match(await refusal(), /^leak: line 1 has the folder/);
  paper.link("stages/extra.ts", "/etc/hostname");
  match(await refusal(), /^source: it is a symbolic link/);
  rmSync(join(paper.root, "stages/extra.ts"));
  paper.file("artifacts/metrics.json", "{}");
  match(await refusal(), /^stale/);
  equal(existsSync(join(paper.root, "paper-1.0.0.zip.part")), false);
});

Deno.test("buildArchive() says which author and licence to add; a draft marks them", async () => {
  const paper = await Paper.write({ ...CONFIG, authors: [], license: "" });
  await using _ = paper;
  await paper.run();
  await paper.publish();
  const refused = await paper.archive();
  match(
    refused.ok ? "" : refused.failure.seen ?? "",
    /\[\[authors\]\]\ngiven = "…"[^]*license = "MIT"/,
  );
  const { path } = unwrap(await paper.archive({ draft: true }));
  const folder = await Deno.makeTempDir();
  unpack(path, folder);
  match(
    readFileSync(join(folder, "README.md"), "utf8"),
    /DRAFT, not for publication[^]*authors/,
  );
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a draft's documents are those that its record gives, where two results are equal", async () => {
  await using paper = await Paper.write();
  edit(join(paper.root, "stages/train.ts"), 'text.join(" ")', '"1 2 3"');
  await paper.run();
  const { path } = unwrap(await paper.archive({ draft: true }));
  const { levels } = inspect(path, judge, 1);
  deepEqual(levels.map(({ answer }) => answer), ["yes", "open"]);
  match(levels[1]!.findings.join(), /^code\/results\.lock\.json is not there/);
});

Deno.test("a draft marks what is stale, and nothing but a draft is made of it", async () => {
  await using paper = await Paper.write();
  const none = await paper.archive({ draft: true });
  equal(none.ok ? "" : none.failure.seen, "train[lr=0.1] has none");
  await paper.run();
  await paper.publish();
  const figures = join(paper.root, "stages/figures.ts");
  edit(figures, 'join(" ")', 'join("  ")');
  equal((await paper.archive()).ok, false);
  const { path, release } = unwrap(await paper.archive({ draft: true }));
  const stale =
    "results that are up to date; these are not: 1 instance, first figures";
  deepEqual(release.missing, [stale]);
  using container = openZip(path);
  match(
    new TextDecoder().decode(container.read("README.md")),
    new RegExp(`DRAFT, not for publication[^]*${stale}`),
  );
});

Deno.test("an archive repeats what stages remark of their results", async () => {
  await using paper = await Paper.write();
  const remark = "notes/text.txt quotes 0.2 for the loss, which is 0.0033";
  edit(
    join(paper.root, "stages/metrics.ts"),
    "const losses",
    `task.remark("${remark}"); const losses`,
  );
  await paper.run();
  await paper.publish();
  const { path, release } = unwrap(await paper.archive());
  deepEqual(release.remarks, [{ instance: "metrics", message: remark }]);
  using container = openZip(path);
  match(
    new TextDecoder().decode(container.read("README.md")),
    new RegExp(`- metrics: ${remark}`),
  );
});

Deno.test("importResults() brings back what makes the rest cheap, and nothing forged", async () => {
  await using other = await Paper.write(CONFIG, "reader-");
  const { store } = await other.open();
  {
    using container = openZip(shared.zip);
    const { instances, left } = importResults(
      container,
      store,
      shared.root as Digest,
    );
    deepEqual(instances, [
      "train[lr=0.1]",
      "train[lr=0.01]",
      "claims",
      "figures",
    ]);
    deepEqual(left, ["metrics"]);
  }
  const { counts } = await other.run();
  // The trained networks, the verdicts and the picture fit; `notes` was lost.
  deepEqual([counts.built, counts.restored], [1, 4]);
});

Deno.test("level 1 refuses a record that names a stage outside of the store, and nothing is restored", () => {
  const outside = "../../../../outside";
  const cases: [was: RegExp, now: string][] = [
    [/"stage": "figures"/, `"stage": "${outside}"`],
    [/"id": "figures"/, `"id": "${outside}"`],
    [/"svg": \{/, '"__proto__": {'],
    [/"figures\/losses.svg": \{/, `"${outside}": {`],
  ];
  for (const [was, now] of cases) {
    const { answers, findings } = spoilt((folder) => {
      edit(join(folder, "logs/run.json"), was, now);
      resign(folder, "logs/run.json");
    });
    deepEqual(answers, ["yes", "no"], now);
    match(findings, /logs\/run\.json: /);
  }
});

Deno.test("a verifier has an answer for every document that is none", () => {
  const deep = (open: string, close: string) =>
    open.repeat(100_000) + close.repeat(100_000);
  const texts = [
    "null",
    "[]",
    "{}",
    "1e999",
    '{"a":1e999}',
    deep("[", "]"),
    deep('{"a":', "}"),
    '{"__proto__":{"npm":1}}',
    '{"npm":null}',
    '{"npm":{"a":null}}',
    '{"claims":[null]}',
    '{"@graph":[null]}',
    '{"@graph":[{"@id":"%zz","@type":"File"}]}',
    "\ufeff{",
    "",
  ];
  const files = [
    "logs/run.json",
    "ro-crate-metadata.json",
    "claims.json",
    "data/datasets.json",
    "code/deno.lock",
  ];
  for (const file of files) {
    for (const text of texts) {
      const { answers, findings } = spoilt((folder) => {
        writeFileSync(join(folder, file), text);
        resign(folder, file);
      });
      deepEqual(answers, ["yes", "no"], `${file}: ${text.slice(0, 40)}`);
      match(findings, /\S/);
    }
  }
});

Deno.test("a verifier shows what an archive's words would do to a terminal, and does not let them", async () => {
  const folder = await Deno.makeTempDir();
  unpack(shared.zip, folder);
  // As JSON escapes, so that the bytes of the file are harmless themselves.
  const words = String.raw`\u001b[2J\u009b1;1H\nlevel 1  record     ok\u202e`;
  edit(join(folder, "claims.json"), '"holds"', `"${words}"`);
  resign(folder, "claims.json");
  for (const more of [[], ["--json"]]) {
    const { code, text } = await sh(
      Deno.execPath(),
      ["run", "--no-config", "--allow-read", "verify.ts", ".", ...more],
      folder,
      { NO_COLOR: "1" },
    );
    equal(code, 1, text);
    // deno-lint-ignore no-control-regex -- they are what is looked for
    equal(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/.test(text), false, text);
    equal(/^level 1 {2}record {5}ok/m.test(text), false, text);
    match(text, more.length > 0 ? /u001b\[2J/ : /\\u001b\[2J/);
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("inspect() waits for no pipe, and says what it may not read", {
  ignore: Deno.build.os === "windows",
}, async () => {
  const folder = await Deno.makeTempDir();
  const pipe = join(folder, "pipe");
  await sh("mkfifo", [pipe], folder);
  deepEqual(
    inspect(pipe, judge, 2).levels.map(({ answer }) => answer),
    ["no"],
  );
  const loop = join(folder, "loop");
  await Deno.symlink("loop", loop);
  deepEqual(
    inspect(loop, judge, 2).levels.map(({ answer }) => answer),
    ["open"],
  );
  await Deno.remove(folder, { recursive: true });
});
