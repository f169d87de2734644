/**
 * Every way out of the sandbox that was ever found, tried by a real stage. A
 * stage that swallows the refusal must fail nevertheless.
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { failureOf, Project } from "./project.ts";

/** What is tried, and how the failure names it. `SECRET` is an undeclared file. */
const swallowed: readonly [string, string, RegExp][] = [
  ["a file", `Deno.readTextFileSync("SECRET")`, /reads .*secret\.txt/],
  [
    "a file, asynchronously",
    `await Deno.readTextFile("SECRET")`,
    /reads .*secret\.txt/,
  ],
  [
    "a file by ..",
    `Deno.readTextFileSync(task.scratch + "/../../../secret.txt")`,
    /reads .*secret\.txt/,
  ],
  [
    "a file by node:fs",
    `(await import("node:fs")).readFileSync("SECRET")`,
    /reads .*secret\.txt/,
  ],
  [
    "a file by fetch",
    `await (await fetch("file://SECRET")).text()`,
    /reads .*secret\.txt/,
  ],
  [
    "a file by require",
    `(await import("node:module")).createRequire("file://SECRET")("SECRET")`,
    /reads .*secret\.txt/,
  ],
  [
    "a database by node:sqlite",
    `new (await import("node:sqlite")).DatabaseSync("SECRET")`,
    /(reads|writes) .*secret\.txt/,
  ],
  ["a file's existence", `Deno.statSync("SECRET")`, /reads .*secret\.txt/],
  ["its folder", `[...Deno.readDirSync(task.scratch + "/../../..")]`, /reads /],
  [
    "the environment of the process",
    `Deno.readTextFileSync("/proc/self/environ")`,
    /reads \/proc\/self\/environ/,
  ],
  [
    "a file outside",
    `Deno.writeTextFileSync("SECRET", "gone")`,
    /writes .*secret\.txt/,
  ],
  [
    "the audit log",
    `Deno.writeTextFileSync(task.scratch + "/../audit.jsonl", "")`,
    /writes .*audit\.jsonl/,
  ],
  [
    "a link to a file",
    `Deno.symlinkSync("SECRET", task.output("result") + "2")`,
    /probe (reads|writes|does)/,
  ],
  [
    "a hard link to a file",
    `Deno.linkSync("SECRET", task.scratch + "/hard")`,
    /probe (reads|writes|does)/,
  ],
  ["a temporary file", `Deno.makeTempFileSync()`, /writes /],
  [
    "the network",
    `await fetch("http://127.0.0.1:8999/")`,
    /connects to (http:\/\/)?127\.0\.0\.1:8999/,
  ],
  ["a name server", `await Deno.resolveDns("example.com", "A")`, /connects to/],
  [
    "a socket",
    `await Deno.connect({ hostname: "127.0.0.1", port: 9 })`,
    /connects to 127\.0\.0\.1:9/,
  ],
  [
    "a program",
    `new Deno.Command("/bin/cat", { args: ["SECRET"] }).outputSync()`,
    /starts or signals \/bin\/cat/,
  ],
  [
    "a program by node",
    `(await import("node:child_process")).execSync("cat SECRET")`,
    /starts or signals/,
  ],
  [
    "native code",
    `Deno.dlopen("libc.so.6", {})`,
    /loads the native library libc\.so\.6/,
  ],
  ["the host's name", `Deno.hostname()`, /asks the system for hostname/],
];

for (const [name, attempt, what] of swallowed) {
  Deno.test(`start() fails a stage that reaches for ${name} and swallows the refusal`, async () => {
    await using project = await Project.make();
    const secret = project.write("secret.txt", "secret");
    const ran = await project.run(project.stage(
      `
  let got = "nothing";
  try { got = String(${
        attempt.replaceAll("SECRET", secret)
      }); } catch { /* swallowed */ }
  Deno.writeTextFileSync(task.output("result"), got);
`,
      { outputs: { result: "result.txt" } },
    ));
    const failure = failureOf(ran);
    equal(failure.kind, "undeclared-access", JSON.stringify(failure));
    match(failure.what, what);
    match(failure.seen ?? "", /stages\/stage1\.ts:6:\d+/);
    ok(failure.hint);
    equal(Deno.readTextFileSync(secret), "secret");
  });
}

Deno.test("start() fails a stage that follows a link out of a declared folder", async () => {
  await using project = await Project.make();
  project.write("secret.txt", "secret");
  project.write("declared/file.txt", "");
  Deno.symlinkSync("../secret.txt", `${project.root}/declared/link.txt`);
  const ran = await project.run(project.stage(
    `Deno.readTextFileSync(${
      JSON.stringify(`${project.root}/declared/link.txt`)
    });`,
    { permissions: { read: [`${project.root}/declared`] } },
  ));
  // Deno itself lets it through: it compares the path as it was written.
  const { what } = failureOf(ran);
  match(what, /reads .*link\.txt, which it does not declare/);
});

Deno.test("start() names the declaration that is missing", async () => {
  await using project = await Project.make();
  project.write("data/x-1.csv", "1,2");
  const hint = async (body: string) =>
    failureOf(await project.run(project.stage(body))).hint;
  equal(
    await hint(`Deno.readTextFileSync("data/x-1.csv");`),
    'declare inputs: { "x-1": file("data/x-1.csv") } and read task.input("x-1")',
  );
  equal(
    await hint(`Deno.readTextFileSync("/etc/hostname");`),
    'copy it into the project and declare it as an input, or declare permissions: { read: ["/etc/hostname"] }',
  );
  equal(
    await hint(`Deno.writeTextFileSync("data/curve.json", "");`),
    'declare outputs: { curve: { file: "curve.json" } } and write task.output("curve"), or write to task.scratch',
  );
  equal(
    await hint(`await fetch("http://localhost:8999/x");`),
    'declare permissions: { net: ["localhost"] }',
  );
  equal(
    await hint(`Deno.hostname();`),
    'declare permissions: { sys: ["hostname"] }',
  );
  equal(
    await hint(`(await import("npm:onnxruntime-node@1.30.0"));`),
    'declare permissions: { ffi: ["onnxruntime-node"] }',
  );
});

Deno.test("start() lets a stage talk to declared hosts only, and not be sent on", async () => {
  await using project = await Project.make();
  const elsewhere = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => new Response("undeclared"),
  );
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    (request) =>
      request.url.endsWith("/moved")
        ? Response.redirect(`http://127.0.0.1:${elsewhere.addr.port}/`)
        : new Response("declared"),
  );
  const host = `127.0.0.1:${server.addr.port}`;
  try {
    const declared = await project.run(project.stage(
      `Deno.writeTextFileSync(task.output("result"), await (await fetch("http://${host}/")).text());`,
      { permissions: { net: [host] }, outputs: { result: "result.txt" } },
    ));
    equal(declared.ended.kind, "done", declared.log);
    equal(declared.text("result"), "declared");
    const moved = await project.run(project.stage(
      `try { await (await fetch("http://${host}/moved")).text(); } catch { /* swallowed */ }`,
      { permissions: { net: [host] } },
    ));
    match(
      failureOf(moved).what,
      new RegExp(`connects to .*127.0.0.1:${elsewhere.addr.port}`),
    );
  } finally {
    await server.shutdown();
    await elsewhere.shutdown();
  }
});

Deno.test("start() hides environment, standard input and what an earlier process stored", async () => {
  await using project = await Project.make();
  Deno.env.set("SANDBOX_SECRET", "secret");
  const ran = await project.run(project.stage(
    `
  const stdin = await new Response(Deno.stdin.readable).text();
  Deno.writeTextFileSync(task.output("result"), JSON.stringify([
    Deno.env.get("SANDBOX_SECRET"), Deno.env.get("HOME"), process.env.PATH, Object.keys(Deno.env.toObject()).sort(),
    stdin, typeof localStorage, typeof sessionStorage, typeof caches, Deno.env.get("DECLARED"),
  ]));
`,
    {
      outputs: { result: "result.txt" },
      permissions: { env: { DECLARED: "yes" } },
    },
  ));
  Deno.env.delete("SANDBOX_SECRET");
  equal(ran.ended.kind, "done", JSON.stringify(ran.ended));
  deepEqual(JSON.parse(ran.text("result")), [
    null,
    null,
    null,
    [
      "DECLARED",
      "LANG",
      "LC_ALL",
      "NO_COLOR",
      "TZ",
    ],
    "",
    "undefined",
    "undefined",
    "undefined",
    "yes",
  ]);
});
