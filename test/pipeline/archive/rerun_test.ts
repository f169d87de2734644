/** From level 3 on: an archive's code makes its results again, or something else. */
import { deepEqual, equal, match } from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RUN } from "../../../pipeline/archive/layout.ts";
import { rerun } from "../../../pipeline/archive/rerun.ts";
import { select } from "../../../pipeline/archive/selection.ts";
import type { Container } from "../../../pipeline/archive/container.ts";
import { unwrap } from "../../../pipeline/failure.ts";
import type { Json } from "../../../pipeline/stage/json.ts";
import {
  LOCK,
  type Lock,
  parseLock,
} from "../../../pipeline/published/lock.ts";
import { runProgram } from "../../../pipeline/sandbox/program/sandbox.ts";
import { probeWall } from "../../../pipeline/sandbox/wall/wall.ts";
import type { Remaking } from "../../../pipeline/render/remaking.ts";
import type { Examination } from "../../../pipeline/project/project.ts";
import { LEVELS, Paper } from "./fixture.ts";

/** The record of a small paper, and its artifacts' texts. */
async function published(): Promise<
  { text: string; run: Lock; artifacts: { [path: string]: string } }
> {
  await using paper = await Paper.write();
  await paper.run();
  await paper.publish();
  const text = readFileSync(join(paper.root, LOCK), "utf8");
  const run = unwrap(parseLock(text));
  const artifacts = Object.fromEntries(
    Object.keys(run.artifacts).map((path) => [
      path,
      readFileSync(join(paper.root, "artifacts", path), "utf8"),
    ]),
  );
  return { text, run, artifacts };
}

const { text, run, artifacts } = await published();

/** An archive in memory. */
function container(files: { readonly [name: string]: string }): Container {
  const bytes = (name: string) => new TextEncoder().encode(files[name]);
  return {
    members: Object.keys(files).sort().map((name) => ({
      name,
      size: bytes(name).length,
    })),
    later: [],
    read: bytes,
    digest: (name) => createHash("sha256").update(bytes(name)).digest("hex"),
    copy: (name, write) => write(bytes(name)),
    [Symbol.dispose]: () => {},
  };
}

/** What the program says of its code: what the record does. */
const FACTS = Object.fromEntries(
  Object.entries(run.instances).map(([id, { facts }]) => [id, facts]),
);

/** In the place of the archive's program: writes artifacts, ends with an event. */
function program(
  made: { readonly [path: string]: string },
  { finished = {}, before = "", facts = FACTS }: {
    finished?: object;
    before?: string;
    facts?: object;
  } = {},
): string {
  const event = {
    kind: "finished",
    success: true,
    seconds: 1,
    counts: {},
    provisional: [],
    verdicts: [],
    artifacts: [],
    ...finished,
  };
  return `
import { dirname } from "node:path";
if (Deno.args[0] === "status") {
  console.log(${
    JSON.stringify(JSON.stringify({ kind: "facts", instances: facts }))
  });
  Deno.exit(3);
}
${before}
if (Deno.args[0] === "restore") {
  Deno.statSync(Deno.args[1]);
  Deno.writeTextFileSync("restored", "");
  Deno.exit(0);
}
Deno.writeTextFileSync("asked.txt", Deno.args.join(" ") + "\\n", { append: true });
for (const [path, text] of Object.entries(${JSON.stringify(made)})) {
  Deno.mkdirSync(dirname("artifacts/" + path), { recursive: true });
  Deno.writeTextFileSync("artifacts/" + path, text);
}
console.log('{"kind":"planned","plan":[]}');
console.log(${JSON.stringify(JSON.stringify(event))});
`;
}

/** What was told meanwhile. */
const told: Remaking[] = [];

/** Lets a program make a level again. */
async function made(
  level: 3 | 4 | 5,
  script: string,
  record = text,
  more: { readonly [name: string]: string } = {},
  examination?: Examination,
) {
  const path = await Deno.makeTempFile({ suffix: ".zip" });
  try {
    return await rerun(
      container({
        [RUN]: record,
        "code/main.ts": script,
        "code/deno.json": "{}\n",
        ...more,
      }),
      {
        level,
        again: {
          ...LEVELS[level - 3]!, // three levels
          ...(examination && {
            examination: () => Promise.resolve(examination),
          }),
        },
      },
      {
        path,
        options: { engine: "exact" },
        mirror: undefined,
        signal: new AbortController().signal,
        tell: (remaking) => void told.push(remaking),
      },
    );
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("select() takes the makers of artifacts, what reads from artifacts, or everything", () => {
  deepEqual(select(run, LEVELS[0]), {
    force: ["figures"],
    artifacts: ["figures/losses.svg"],
  });
  deepEqual(select(run, LEVELS[1]), {
    force: ["claims", "figures", "metrics"],
    artifacts: ["claims.json", "figures/losses.svg", "metrics.json"],
  });
  deepEqual(select(run, LEVELS[2]), {
    force: "all",
    artifacts: [
      "claims.json",
      "figures/losses.svg",
      "metrics.json",
      "models/lr-0.01.bin",
      "models/lr-0.1.bin",
    ],
  });
});

Deno.test("rerun() says yes to equal bytes", async () => {
  for (const level of [3, 4, 5] as const) {
    const found = await made(level, program(artifacts));
    equal(found.answer, "yes", found.findings.join());
    const count = select(run, LEVELS[level - 3]!).artifacts.length;
    match(found.seen, new RegExp(`^${count} of ${count} artifacts identical`));
  }
});

Deno.test("rerun() says no to other bytes, and names the first", async () => {
  const other = { ...artifacts, "metrics.json": "{}\n" };
  const found = await made(4, program(other));
  equal(found.answer, "no");
  match(found.seen, /^2 of 3 artifacts identical/);
  match(found.findings.join(), /first that differs: metrics\.json of metrics/);
  // The figures are those of the record: level 3 does not look at the metrics.
  equal((await made(3, program(other))).answer, "yes");
  const { "metrics.json": _, ...without } = artifacts;
  equal((await made(4, program(without))).answer, "no");
});

Deno.test("rerun() asks the archive's code for its facts, and makes nothing if the record has others", async () => {
  const facts = (
    spoil: (all: { [id: string]: { [fact: string]: Json } }) => void,
  ) => {
    const all = structuredClone(FACTS) as {
      [id: string]: { [fact: string]: Json };
    };
    spoil(all);
    return all;
  };
  const cases: [spoil: Parameters<typeof facts>[0], finding: string][] = [
    [
      (all) => all["train[lr=0.1]"]!["param epochs"] = 10,
      "the record of train[lr=0.1] at param epochs: 3, but the archive's code says 10",
    ],
    [
      (all) => delete all["claims"],
      "the record has claims, the archive's code has not",
    ],
    [
      (all) => all["more"] = { "param epochs": 1 },
      "the archive's code has more, the record has not",
    ],
    [
      (all) => all["figures"]!["code stages/figures.ts"] = "other",
      'the record of figures at ["code stages/figures.ts"]: "',
    ],
  ];
  for (const [spoil, finding] of cases) {
    for (const level of [3, 5] as const) {
      told.length = 0;
      const found = await made(
        level,
        program(artifacts, { facts: facts(spoil) }),
      );
      equal(found.answer, "no");
      equal(found.seen, "the record is not of this code");
      equal(found.findings.length, 1, found.findings.join("\n"));
      const [first = ""] = found.findings;
      equal(first.startsWith(finding), true, first);
      deepEqual(told, [{ kind: "asking" }]);
    }
  }
  // What the machine is, and what is made on the way, is no matter of the code.
  const elsewhere = facts((all) => {
    for (const one of Object.values(all)) {
      Object.assign(one, { os: "plan9", cpu: "z80", deno: "0.0.1" });
      for (const fact of Object.keys(one)) {
        if (fact.startsWith("input ")) delete one[fact];
      }
    }
  });
  equal(
    (await made(3, program(artifacts, { facts: elsewhere }))).answer,
    "yes",
  );
});

/** A line of events for `before`. */
const says = (...events: object[]) =>
  events.map((event) =>
    `console.log(${JSON.stringify(JSON.stringify(event))});`
  )
    .join("\n");

Deno.test("rerun() makes nothing again that the archive has, but at the level that makes everything", async () => {
  const before = `
if (Deno.args[0] === "reproduce") {
  ${
    says(
      {
        kind: "planned",
        plan: [{ instance: "train[lr=0.1]", decision: { kind: "run" } }],
      },
      { kind: "started", instance: "train[lr=0.1]" },
    )
  }
  if (!Deno.args.includes("--force") && PATIENT) await new Promise((done) => setTimeout(done, 1e6));
}
`;
  const stopped = await made(
    4,
    program(artifacts, { before: before.replace("PATIENT", "true") }),
  );
  equal(stopped.answer, "open");
  match(
    stopped.findings.join(),
    /cannot use train\[lr=0\.1\] as the archive has it.* took .* in the record/,
  );
  const whole = await made(
    5,
    program(artifacts, { before: before.replace("PATIENT", "false") }),
  );
  equal(whole.answer, "yes", whole.findings.join());
});

Deno.test("rerun() tells what it does, how far it is and how long it may take", async () => {
  told.length = 0;
  const ids = Object.keys(run.instances);
  const before = `
if (Deno.args[0] === "reproduce") {
  ${
    says(
      {
        kind: "planned",
        plan: ids.map((instance) => ({ instance, decision: { kind: "run" } })),
      },
      ...ids.flatMap((instance) => [
        { kind: "started", instance },
        { kind: "progress", instance, progress: { done: 1, total: 2 } },
        { kind: "ended", instance, outcome: { kind: "built" } },
      ]),
    )
  }
}
`;
  const found = await made(5, program(artifacts, { before }));
  equal(found.answer, "yes", found.findings.join());
  const kinds = told.map(({ kind }) => kind);
  deepEqual([...new Set(kinds)], ["asking", "fetching", "making"]);
  const making = told.filter((one) => one.kind === "making");
  deepEqual(making[0], {
    kind: "making",
    running: [],
    done: 0,
    of: ids.length,
    left: making[0]?.left,
  });
  equal(making.some(({ running }) => running[0] === "figures"), true);
  const last = making.at(-1);
  deepEqual([last?.done, last?.of, last?.left], [ids.length, ids.length, 0]);
  equal(making[0]!.left > 0, true);
});

Deno.test("rerun() takes the program's word neither for equal bytes nor against them", async () => {
  const liar = await made(
    5,
    program({ ...artifacts, "claims.json": "[]\n" }, {
      finished: { comparison: { kind: "identical", artifacts: 5 } },
    }),
  );
  equal(liar.answer, "no");
  const equivalent = {
    comparison: {
      kind: "equivalent",
      identical: 4,
      artifacts: 5,
      instance: "train[lr=0.1]",
      changes: [],
      tolerance: 0.1,
    },
  };
  const other = { ...artifacts, "claims.json": "[]\n" };
  const promised = await made(5, program(other, { finished: equivalent }));
  equal(promised.answer, "no"); // the record promises bits
  const loose = text.replaceAll(
    '"kind": "bits"',
    '"kind": "numeric",\n        "tolerance": 0.1',
  );
  const honest = await made(5, program(other, { finished: equivalent }), loose);
  equal(honest.answer, "yes", honest.findings.join());
});

Deno.test("rerun() lets the project look for itself, so that code which lies the same twice is found", async () => {
  const sha256 = (text: string) =>
    createHash("sha256").update(text).digest("hex");
  const was = artifacts["metrics.json"]!; // it is measured
  const halved = was.replace("0.0033", "0.0016");
  equal(halved === was, false);
  const lying = { ...artifacts, "metrics.json": halved };
  // A consistent record of it: its own code would make the same again.
  const record = text.replaceAll(sha256(was), sha256(halved));
  const results = Object.fromEntries(
    Object.entries(lying).map(([path, text]) => [`results/${path}`, text]),
  );
  const data = "the data";
  const before = `
Deno.mkdirSync(".store/objects", { recursive: true });
Deno.writeTextFileSync(".store/objects/${sha256(data)}", ${
    JSON.stringify(data)
  });
`;
  const read = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  const look: Examination = async ({ read: file, data: bytes, progress }) => {
    await progress(0, 1);
    equal(read(bytes(sha256(data))), data);
    const { losses } = JSON.parse(read(file("metrics.json")));
    const is = Number(read(file("models/lr-0.01.bin")).split(" ").at(-1));
    return losses["lr-0.01"] === is
      ? []
      : [`metrics.json says ${losses["lr-0.01"]}, it is ${is}`];
  };
  const script = program(lying, { before });
  const blind = await made(4, script, record, results);
  equal(blind.answer, "yes", blind.findings.join());
  const seeing = await made(4, script, record, results, look);
  equal(seeing.answer, "no");
  match(
    seeing.findings.join(),
    /^metrics\.json says 0\.0016\d*, it is 0\.0033\d*$/,
  );
  match(seeing.seen, /examined by this program's own code$/);
  deepEqual(told.at(-1), { kind: "evaluating", done: 0, of: 1 });

  const honest = Object.fromEntries(
    Object.entries(artifacts).map(([path, text]) => [`results/${path}`, text]),
  );
  const yes = await made(4, program(artifacts, { before }), text, honest, look);
  equal(yes.answer, "yes", yes.findings.join());
  // Neither data that is missing nor an artifact that is broken is a crash.
  const missing = await made(4, program(artifacts), text, honest, look);
  equal(missing.answer, "open");
  match(missing.findings.join(), /is not at hand/);
  const broken = await made(4, program(artifacts), text, honest, () => {
    throw new RangeError("too deep");
  });
  equal(broken.answer, "no");
  match(broken.findings.join(), /cannot be examined: too deep/);
});

Deno.test("rerun() gives no answer where it could not be tried", async () => {
  const missing = await made(
    5,
    program(artifacts, {
      finished: {
        provisional: [{ instance: "download", reason: "no mirror" }],
      },
    }),
  );
  equal(missing.answer, "open");
  match(missing.findings.join(), /download could not be had: no mirror/);

  const crashed = await made(4, `throw new Error("no such package");`);
  equal(crashed.answer, "open");
  match(crashed.findings.join(), /exit code 1.*no such package/s);

  const failed = {
    kind: "ended",
    instance: "train",
    outcome: { kind: "failed", failure: { what: "Load a library" } },
  };
  const broken = await made(
    5,
    program({}, {
      before: `console.log(${JSON.stringify(JSON.stringify(failed))});`,
    }),
  );
  equal(broken.answer, "open");
  match(broken.findings.join(), /train: Load a library/);
});

Deno.test("rerun() keeps an archive's code from the files of the machine", {
  ignore: probeWall() === "none",
}, async () => {
  const secret = await Deno.makeTempFile();
  writeFileSync(secret, "secret");
  try {
    const found = await made(
      5,
      program(artifacts, {
        before: `Deno.readTextFileSync(${JSON.stringify(secret)});`,
      }),
    );
    equal(found.answer, "open");
    match(found.findings.join(), /NotFound|PermissionDenied|denied/);
    const reading = await made(
      5,
      program(artifacts, {
        before: `try { Deno.writeTextFileSync(${
          JSON.stringify(secret)
        }, "changed"); } catch { /* as it should */ }`,
      }),
    );
    equal(reading.answer, "yes", reading.findings.join());
    equal(readFileSync(secret, "utf8"), "secret");
  } finally {
    await Deno.remove(secret);
  }
});

Deno.test("rerun() gives no answer about an archive that it can not unpack", async () => {
  const found = await made(5, program(artifacts), text, {
    [`code/${"x".repeat(300)}`]: "",
  });
  equal(found.answer, "open");
  match(found.findings.join(), /name too long/i);
  const spoilt = await made(5, program(artifacts), "{}");
  equal(spoilt.answer, "open");
});

Deno.test("runProgram() keeps the end of what a program prints, however long that is", async () => {
  const place = await Deno.realPath(await Deno.makeTempDir());
  const script = join(place, "main.ts");
  writeFileSync(
    script,
    `
const piece = new TextEncoder().encode("x".repeat(2 ** 20));
for (let times = 0; times < 24; times++) {
  for (let at = 0; at < piece.length;) at += Deno.stdout.writeSync(piece.subarray(at));
}
console.log("the end");
console.error("of the other, too");
`,
  );
  const { code, out, err } = await runProgram({
    program: Deno.execPath(),
    args: ["run", "--no-config", "--no-check", script],
    cwd: place,
    env: { DENO_DIR: join(place, "deno"), NO_COLOR: "1" },
    rules: [
      { path: place, access: "write" },
      { path: await Deno.realPath(Deno.execPath()), access: "run" },
    ],
  }, new AbortController().signal);
  equal(code, 0, err);
  equal(out.length <= 16 * 2 ** 20, true, String(out.length));
  equal(out.endsWith("x\nthe end\n") || out.endsWith("xthe end\n"), true);
  match(err, /of the other, too\n$/);
  await Deno.remove(place, { recursive: true });
});

Deno.test("rerun() survives whatever the archive's program says", async () => {
  const lines = [
    "null",
    "[]",
    '{"kind":"ended"}',
    '{"kind":"ended","instance":1,"outcome":null}',
    '{"kind":"ended","instance":"a","outcome":{"kind":"failed"}}',
    "[".repeat(100_000),
    '{"kind":"finished"}',
  ].map((line) => `console.log(${JSON.stringify(line)});`).join("\n");
  const odd = await made(3, program(artifacts, { before: lines }));
  equal(odd.answer, "yes", odd.findings.join());
  for (const comparison of [null, 1, {}, { kind: "different" }]) {
    const other = await made(
      4,
      program({}, { finished: { comparison } }),
    );
    equal(other.answer, "no", JSON.stringify(comparison));
  }
  const silent = await made(
    3,
    program(artifacts, { finished: { provisional: null } }),
  );
  equal(silent.answer, "open");
});

Deno.test(
  "rerun() gives an archive's code copies of the packages that it names, and nothing else of the cache",
  {
    ignore: probeWall() === "none",
  },
  async () => {
    const cache = await Deno.realPath(await Deno.makeTempDir());
    const file = (name: string) =>
      join(cache, "npm/registry.test", name, "package.json");
    for (
      const name of ["named/1.0.0", "private/1.0.0", "@scope/too/2.0.0-a.1"]
    ) {
      mkdirSync(join(file(name), ".."), { recursive: true });
      writeFileSync(file(name), name);
    }
    writeFileSync(join(cache, "secret"), "secret");
    const lock = JSON.stringify({
      version: "5",
      npm: Object.fromEntries(
        [
          "named@1.0.0",
          "@scope/too@2.0.0-a.1_named@1.0.0",
          "missing@1.0.0",
          "..@..",
          "a@../private/1.0.0",
          "../../..@1.0.0",
          "@scope/..@private",
        ].map((id) => [id, { integrity: "sha512-x" }]),
      ),
    });
    const before = `
const tried = (act) => { try { act(); return "done"; } catch { return "refused"; } };
const own = Deno.env.get("DENO_DIR") + "/npm/registry.test/";
const all = (folder) => [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
  isDirectory ? all(folder + "/" + name) : [folder + "/" + name]);
const names = all(Deno.env.get("DENO_DIR") + "/npm").map((path) => path.slice(own.length)).sort();
for (const name of names) Deno.writeTextFileSync(own + name, "changed");
const real = ${JSON.stringify(cache)};
const seen = {
  names,
  read: tried(() => Deno.readTextFileSync(real + "/npm/registry.test/private/1.0.0/package.json")),
  write: tried(() => Deno.writeTextFileSync(real + "/npm/registry.test/named/1.0.0/package.json", "changed")),
  make: tried(() => Deno.writeTextFileSync(real + "/gen", "changed")),
};
console.error(JSON.stringify(seen));
Deno.exit(7);
`;
    const was = Deno.env.get("DENO_DIR");
    Deno.env.set("DENO_DIR", cache);
    try {
      const { findings } = await made(5, program({}, { before }), text, {
        "code/deno.lock": lock,
        "code/deno.json": '{ "lock": false }\n',
      });
      const seen = JSON.parse(/\{.*\}/.exec(findings.join())?.[0] ?? "{}");
      deepEqual(seen.names, [
        "@scope/too/2.0.0-a.1/package.json",
        "named/1.0.0/package.json",
      ], findings.join());
      for (const act of ["read", "write", "make"]) {
        equal(seen[act], "refused", act);
      }
    } finally {
      if (was === undefined) Deno.env.delete("DENO_DIR");
      else Deno.env.set("DENO_DIR", was);
    }
    for (
      const name of ["named/1.0.0", "private/1.0.0", "@scope/too/2.0.0-a.1"]
    ) {
      equal(readFileSync(file(name), "utf8"), name);
    }
    // A process that ended just now may have left a helper that writes a last line.
    rmSync(cache, { recursive: true, force: true, maxRetries: 20 });
  },
);
