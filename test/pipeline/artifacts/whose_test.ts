/** Whose files `artifacts/` has: who may put which there, and what is said of it. */
import { deepEqual, equal, match } from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { skip } from "../../rig/skip.ts";
import { runOf, strange } from "./folder.ts";
import { Press, UNBOUND } from "./press.ts";

/** A text whose lines were broken to fit. */
const flat = (text: string) => text.replaceAll(/\s+/g, " ");

Deno.test("a what-if that replaces the plain results says so, and the way back runs nothing", async () => {
  using press = new Press();
  const plain = await press.run("reproduce");
  equal(flat(plain.out).includes("artifacts/ "), false, plain.out);
  const quick = await press.run("reproduce", "--profile", "quick");
  equal(quick.code, 0);
  match(
    flat(quick.out),
    /artifacts\/ now holds profile quick instead of the plain configuration; deno task reproduce brings that back without running anything/,
  );
  const status = await press.run("status");
  match(
    flat(status.out),
    /^artifacts\/ holds profile quick, not the plain configuration; deno task reproduce replaces it without running anything/,
  );
  equal(status.code, 3);
  const set = await press.run("reproduce", "--set", "value=it's");
  match(
    flat(set.out),
    /artifacts\/ now holds value=it's instead of profile quick; deno task reproduce --profile quick brings/,
  );
  const again = await press.run("reproduce", "--set", "value=it's");
  match(again.out, /artifacts\/ holds value=it's\n\nup to date/);
  const back = await press.run("reproduce");
  match(
    flat(back.out),
    /instead of value=it's; deno task reproduce --set 'value=it'\\''s' brings/,
  );
  match(back.out, /done: 5 restored in/);
  deepEqual(runOf(join(press.root, "artifacts")).configuration.settings, []);
  equal(press.read("artifacts/cover.txt"), Press.cover("plain"));
  equal((await press.run("status")).out, "reused: 5 instances\nup to date\n");
});

Deno.test("the way back says how much it would run, if that is not nothing", async () => {
  using press = new Press();
  await press.run("reproduce");
  press.write("plain.txt", "else\n");
  const { out } = await press.run("reproduce", "--profile", "quick");
  match(flat(out), /brings that back by running at most 5 instances/);
});

Deno.test("clean takes nothing that the plain configuration or the artifacts need", async () => {
  using press = new Press();
  await press.run("reproduce");
  for (const n of [1, 2, 3]) {
    await press.run("reproduce", "--set", `value=${n}`);
  }
  const { out } = await press.run("clean", "--keep", "1");
  match(out, /removes .* 10 records/);
  match((await press.run("status", "--set", "value=3")).out, /up to date\n$/);
  match((await press.run("reproduce")).out, /done: 5 restored in/);
  match((await press.run("clean", "--keep", "1")).out, /removes/);
  equal((await press.run("clean", "--keep", "1")).out, "nothing to remove\n");
});

Deno.test("clean takes nothing that the published run needs, though the code is another now", async () => {
  using press = new Press();
  await press.run("reproduce");
  const records = join(press.root, ".store/records");
  const instances = readdirSync(records).flatMap((stage) =>
    readdirSync(join(records, stage)).map((name) => {
      const { instance, ...rest } = JSON.parse(
        readFileSync(join(records, stage, name), "utf8"),
      );
      return { id: instance, stage, code: null, ...rest };
    })
  );
  press.write(
    "results.lock.json",
    JSON.stringify({
      format: "facsimile results 1",
      code: {},
      artifacts: {},
      instances,
    }),
  );
  const code = press.read("stages/page.js");
  press.write("stages/page.js", code.replace('" "', '"  "'));
  for (const n of [1, 2]) await press.run("reproduce", "--set", `value=${n}`);
  await press.run("reproduce");
  await press.run("clean", "--keep", "1");
  press.write("stages/page.js", code);
  match((await press.run("status")).out, /nothing has to run/);
});

Deno.test("a failed run replaces what it reached, and says which files are of an earlier one", async () => {
  using press = new Press();
  await press.run("reproduce");
  const artifacts = join(press.root, "artifacts");
  const { id } = runOf(artifacts).run;
  const broken = await press.run("reproduce", "--set", "value=broken");
  equal(broken.code, 1);
  match(
    flat(broken.out),
    new RegExp(`3 of 9 files in artifacts/ are of the run ${id}`),
  );
  deepEqual(strange(artifacts), []);
  equal(press.read("artifacts/pages/1.txt"), "broken 1\n");
  equal(press.read("artifacts/pages/3.txt"), "plain 3\n");
  equal(press.read("artifacts/cover.txt"), Press.cover("plain"));
  match(
    flat((await press.run("status")).out),
    new RegExp(`3 of 9 files in artifacts/ are of the run ${id}`),
  );
  match((await press.run("reproduce")).out, /restored/);
  deepEqual(runOf(artifacts).earlier, {});
});

Deno.test("a run of some stages leaves the others' files", async () => {
  using press = new Press();
  await press.run("reproduce");
  const artifacts = join(press.root, "artifacts");
  const { id } = runOf(artifacts).run;
  await press.run("reproduce", "page[n=2]", "--profile", "quick");
  equal(press.read("artifacts/pages/2.txt"), "quick 2\n");
  deepEqual(strange(artifacts), []);
  equal(Object.keys(runOf(artifacts).earlier ?? {}).length, 7);
  // Nothing new is reached, so nothing changes.
  const before = press.read("artifacts/run.json");
  await press.run("reproduce", "page[n=1]", "--set", "value=broken-3");
  await press.run("reproduce", "page[n=3]", "--set", "value=broken-3");
  match(press.read("artifacts/run.json"), /broken-3/);
  press.write("artifacts/run.json", before);
  await press.run("reproduce");
  equal(runOf(artifacts).run.id === id, false);
  deepEqual(strange(artifacts), []);
});

Deno.test("a complete run leaves its own files, and what a person made there", async () => {
  using press = new Press();
  const artifacts = join(press.root, "artifacts");
  await press.run("reproduce", "--set", "extra=7", "--set", "value=plain");
  await press.run("reproduce", "--set", "extra=8", "--set", "value=plain");
  equal(existsSync(join(artifacts, "pages/7.txt")), false);
  press.write("artifacts/pages/8.txt", "my work\n");
  press.write("artifacts/notes.md", "mine\n");
  mkdirSync(join(artifacts, "empty"));
  symlinkSync("notes.md", join(artifacts, "link"));
  chmodSync(artifacts, 0o750);
  await press.run("reproduce");
  equal(press.read("artifacts/pages/8.txt"), "my work\n");
  equal(press.read("artifacts/link"), "mine\n");
  equal(existsSync(join(artifacts, "empty")), true);
  equal(existsSync(join(artifacts, "pages/same-8.txt")), false);
  equal(Deno.statSync(artifacts).mode! & 0o777, 0o750);
  equal(press.read("artifacts/cover.txt"), Press.cover("plain"));
  deepEqual(strange(artifacts), ["link", "notes.md", "pages/8.txt"]);
});

Deno.test("whatever stands where a file belongs makes way", async () => {
  using press = new Press();
  await press.run("reproduce");
  rmSync(join(press.root, "artifacts/pages"), { recursive: true });
  press.write("artifacts/pages", "a file");
  rmSync(join(press.root, "artifacts/cover.txt"));
  mkdirSync(join(press.root, "artifacts/cover.txt"));
  press.write("artifacts/cover.txt/mine", "");
  rmSync(join(press.root, "artifacts/run.json"));
  const { code, err } = await press.run("reproduce");
  equal(code, 0, err);
  deepEqual(strange(join(press.root, "artifacts")), []);
});

Deno.test("the quick answer comes again after a publication, and run.json is put back", async () => {
  using press = new Press();
  const settle = () => new Promise((resolve) => setTimeout(resolve, 150));
  await press.run("reproduce");
  await press.run("reproduce", "--profile", "quick");
  await press.run("reproduce");
  await settle();
  await press.run("reproduce");
  const cache = join(press.root, ".store/cache");
  equal(
    readdirSync(cache).filter((name) => name.startsWith("noop-")).length,
    1,
  );
  const run = press.read("artifacts/run.json");
  press.write("artifacts/run.json", "{}");
  match((await press.run("reproduce")).out, /nothing ran/);
  equal(press.read("artifacts/run.json"), run);
});

for (
  const { name, make, seen } of [
    {
      name: "a file",
      make: (path: string) => writeFileSync(path, ""),
      seen: /it is a file/,
    },
    {
      name: "a link that leads nowhere",
      make: (path: string) => symlinkSync("nowhere", path),
      seen: /it is a link that leads nowhere/,
    },
    {
      name: "a link to itself",
      make: (path: string) => symlinkSync("artifacts", path),
      seen: /it is a link that leads nowhere/,
    },
    {
      name: "a link to a file",
      make: (path: string) => symlinkSync("plain.txt", path),
      seen: /it is no folder/,
    },
  ]
) {
  Deno.test(`artifacts that are ${name} are refused before anything runs`, async () => {
    using press = new Press();
    make(join(press.root, "artifacts"));
    const { code, err } = await press.run("reproduce");
    equal(code, 2);
    match(err, /^error: Cannot use ".*artifacts" as the folder of the/);
    match(err, seen);
    match(err, /hint: move it away/);
    equal((await press.run("status")).code, 3);
    rmSync(join(press.root, "artifacts"));
    equal((await press.run("reproduce")).code, 0);
  });
}

Deno.test("artifacts may be a link to a folder", async () => {
  using press = new Press();
  mkdirSync(join(press.root, "elsewhere"));
  symlinkSync("elsewhere", join(press.root, "artifacts"));
  await press.run("reproduce");
  equal((await press.run("reproduce", "--profile", "quick")).code, 0);
  equal(Deno.lstatSync(join(press.root, "artifacts")).isSymlink, true);
  equal(press.read("elsewhere/cover.txt"), Press.cover("quick"));
  deepEqual(strange(join(press.root, "artifacts")), []);
});

const setpriv = await new Deno.Command("setpriv", {
  args: [...UNBOUND, "true"],
  stderr: "null",
}).output().catch(() => ({ success: false }));
const unprivileged = Deno.uid() !== 0 || setpriv.success;
if (!unprivileged) {
  skip("folders without rights", "there is no setpriv");
}

Deno.test({
  name: "artifacts without rights are a sentence",
  ignore: !unprivileged,
  fn: async () => {
    using press = new Press();
    await press.run("reproduce");
    const artifacts = join(press.root, "artifacts");
    const folders = ["pages", ""].map((name) => join(artifacts, name));
    for (const folder of folders) {
      chmodSync(folder, 0);
      for (const command of ["reproduce", "status"]) {
        const { code, out, err } = await press.runBound(command);
        equal(/^ +at |Stack/m.test(err), false, err);
        equal([2, 3].includes(code), true, out + err);
      }
      chmodSync(folder, 0o755);
    }
    match((await press.run("reproduce")).out, /nothing ran/);
  },
});

const mounts = Deno.build.os === "linux" &&
  (await new Deno.Command("unshare", {
    args: ["--mount", "true"],
    stderr: "null",
  }).output().catch(() => ({ success: false }))).success;
if (!mounts) skip("artifacts that are mounted", "no mount namespaces");

for (
  const [name, mount] of [
    ["the same file system", 'mount --bind elsewhere "$1"'],
    ["another file system", 'mount -t tmpfs none "$1"'],
  ] as const
) {
  Deno.test({
    name: `artifacts may be mounted, from ${name}`,
    ignore: !mounts,
    fn: async () => {
      using press = new Press();
      const artifacts = join(press.root, "artifacts");
      for (const folder of ["elsewhere", "artifacts"]) {
        mkdirSync(join(press.root, folder));
      }
      const run = `"$2" run -A --config "$3" main.ts reproduce`;
      const { success, stdout, stderr } = await new Deno.Command("unshare", {
        args: [
          ...["--mount", "sh", "-ec"],
          `${mount}; ${run}; ${run} --profile quick; touch "$1/mine"; ${run} --set extra=9; ${run}; cp -a "$1" copied`,
          ...["sh", artifacts, Deno.execPath()],
          new URL("../../../deno.json", import.meta.url).pathname,
        ],
        cwd: press.root,
        env: { NO_COLOR: "1" },
      }).output();
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      equal(success, true, text(stdout) + text(stderr));
      equal(press.read("copied/cover.txt"), Press.cover("plain"));
      deepEqual(strange(join(press.root, "copied")), ["mine"]);
    },
  });
}
