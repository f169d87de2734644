/** The program from outside: exit codes, quick answers, signals, two at once. */
import { doesNotMatch, equal, match, ok } from "node:assert/strict";
import {
  existsSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
} from "node:fs";
import { join } from "node:path";
import { events, Program, until } from "../../rig/program.ts";
import { skip } from "../../rig/skip.ts";

const RESULT = "alpha\n1: 1 2 3 \nalpha\n2: 1 2 3 \n";

function opened(): Program {
  const program = new Program();
  program.open(1);
  program.open(2);
  return program;
}

Deno.test("reproduce makes the artifacts, then answers at once, and notices every edit", async () => {
  using program = opened();
  const first = await program.run("reproduce");
  equal(first.err.includes("error"), false, first.err);
  equal(first.code, 0);
  equal(program.read("artifacts/out.txt"), RESULT);
  // Once to find that nothing is to be done, once more from memory.
  for (const _ of [1, 2, 3]) {
    const again = await program.run("reproduce");
    equal(again.out, "up to date: 4 instances, nothing ran\n");
    await new Promise((resolve) => setTimeout(resolve, 120)); // files settle
  }
  ok(
    readdirSync(join(program.root, ".store/cache")).some((name) =>
      name.startsWith("noop-")
    ),
  );

  // Same size, same time of modification.
  const path = join(program.root, "data/a.txt");
  const { atime, mtime } = statSync(path);
  program.write("data/a.txt", "ALPHA\n");
  utimesSync(path, atime, mtime);
  equal((await program.run("reproduce")).code, 0);
  equal(program.read("artifacts/out.txt"), RESULT.replaceAll("alpha", "ALPHA"));
});

Deno.test("reproduce notices a touched artifact, code, record and environment behind a quick answer", async () => {
  using program = opened();
  const settle = async () => {
    for (const _ of [1, 2]) {
      await new Promise((resolve) => setTimeout(resolve, 120));
      await program.run("reproduce");
    }
  };
  await program.run("reproduce");
  await settle();
  program.write("artifacts/out.txt", "tampered");
  match((await program.run("reproduce")).out, /1 restored/);
  equal(program.read("artifacts/out.txt"), RESULT);
  await settle();
  const code = program.read("stages/join.js");
  program.write("stages/join.js", code.replace('join("")', 'join("-")'));
  match(
    (await program.run("reproduce")).err,
    /run last {2}code stages\/join.js changed/,
  );
  program.write("stages/join.js", code);
  await settle();
  const records = join(program.root, ".store/records/last");
  for (const name of readdirSync(records)) rmSync(join(records, name));
  match((await program.run("reproduce")).err, /run last/);
  await settle();
  match(
    (await program.run({ STEPS: "2" }, "reproduce")).err,
    /run slow\[n=1\] {2}param steps: 3 → 2/,
  );
});

Deno.test("status exits with 3 while something is to be done, and with 0 after it", async () => {
  using program = opened();
  const before = await program.run("status");
  equal(before.code, 3);
  match(before.out, /^will run: never run before\n {2}first\n/);
  await program.run("reproduce");
  const after = await program.run("status");
  equal(after.out, "reused: 4 instances\nup to date\n");
  equal(after.code, 0);
});

Deno.test("usage errors exit with 2 and offer the nearest word", async () => {
  using program = opened();
  const command = await program.run("reprodcue");
  equal(command.code, 2);
  match(command.err, /hint: did you mean "reproduce"\?/);
  const option = await program.run("reproduce", "--job", "2");
  equal(option.code, 2);
  match(option.err, /did you mean "--jobs"\?/);
  const stage = await program.run("reproduce", "slwo");
  equal(stage.code, 2);
  match(stage.err, /did you mean "slow"\?/);
  equal((await program.run("reproduce", "--jobs", "0")).code, 2);
  equal(existsSync(join(program.root, "artifacts")), false);
});

Deno.test("what is typed and leads nowhere ends in a sentence, and in what to do", async () => {
  using program = opened();
  equal((await program.run("reproduce")).code, 0);
  for (
    const [args, said] of [
      [["diff", "last~-1", "last"], /Cannot find the run "last~-1"/],
      [["diff", "last~", "last"], /Cannot find the run "last~"/],
      [["diff", "last~99999999999999999999", "last"], /Cannot find the run/],
      [["graph", "--svg", program.root], /Cannot write the picture/],
      [["graph", "--svg", "/no/where.svg"], /its folder is not there/],
      [["graph", "--svg", "a".repeat(5000)], /Cannot write the picture/],
      [["why", ""], /Cannot find the stage ""/],
      [["why", "constructor"], /Cannot find the stage "constructor"/],
      [["reproduce", "--force", "__proto__"], /Cannot find the stage/],
      [["reproduce", "--jobs", "999999999"], /from 1 to 4096 is allowed/],
    ] as const
  ) {
    const { code, err } = await program.run(args[0], ...args.slice(1));
    equal(code, 2, `${args}: ${err}`);
    match(err, said);
    match(err, /^ {2}hint: \w/m);
    doesNotMatch(err, /^ +at |Uncaught/m);
  }
});

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test(`${signal} ends all processes, keeps checkpoints, and exits with ${code}`, async () => {
    using program = new Program();
    const process = program.start("reproduce", "--json");
    const stream = events(process);
    program.open(1, 1);
    // The first step of slow[1] is done: its checkpoint is on its way.
    await until(
      stream,
      ({ kind, instance, ...rest }) =>
        kind === "progress" && instance === "slow[n=1]" &&
        (rest as { progress?: { done: number } }).progress?.done === 1,
    );
    process.kill(signal);
    let last: Record<string, unknown> | undefined;
    for await (const event of stream) last = { ...event };
    equal((await process.status).code, code);
    await process.stderr.cancel();
    equal(last?.kind, "interrupted");
    equal(last?.left, 3);
    equal(await left(program.root), "");
    program.open(1);
    program.open(2);
    const { out } = await program.run("reproduce", "--json");
    equal(program.read("artifacts/out.txt"), RESULT);
    // Continued after step 1, not from the beginning.
    const first = out.split("\n").filter((line) =>
      line.includes('"progress"') && line.includes("slow[n=1]")
    )[0];
    match(first ?? "", /"done":1/);
  });
}

Deno.test(
  "Ctrl-C is heard at once while it is still decided what to do, however large a file is",
  {
    ignore: Deno.build.os !== "linux", // tells who has a file open
  },
  async () => {
    using program = opened();
    // All holes: made at once, and hashed for a while.
    truncateSync(join(program.root, "data/a.txt"), 8 * 2 ** 30);
    const process = program.start("reproduce");
    const descriptors = `/proc/${process.pid}/fd`;
    const reads = () =>
      readdirSync(descriptors).some((name) => {
        try {
          return readlinkSync(join(descriptors, name)).endsWith("/data/a.txt");
        } catch (error) {
          if (!(error instanceof Error && "code" in error)) throw error;
          return false; // closed meanwhile
        }
      });
    while (!reads()) await new Promise((resolve) => setTimeout(resolve, 5));
    process.kill("SIGINT");
    const { signal } = await process.output();
    equal(signal, "SIGINT");
  },
);

Deno.test("SIGKILL of the head leaves no process, no half result, and a work folder that the next run removes", async () => {
  using program = new Program();
  const process = program.start("reproduce", "--json");
  const stream = events(process);
  await until(
    stream,
    ({ kind, instance }) => kind === "progress" && instance === "slow[n=1]",
  );
  process.kill("SIGKILL");
  for await (const _ of stream);
  await process.stderr.cancel();
  await process.status;
  // The orphan notices within a moment and cannot publish in the meantime.
  for (let i = 0; await left(program.root) !== "" && i < 200; i++) {
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  equal(await left(program.root), "");
  program.open(1);
  program.open(2);
  equal((await program.run("reproduce")).code, 0);
  equal(program.read("artifacts/out.txt"), RESULT);
  equal(readdirSync(join(program.root, ".store/work")).length, 0);
});

Deno.test("a mistake that several instances share is told once, with all of them", async () => {
  using program = opened();
  program.write(
    "stages/slow.js",
    'export default () => { throw new TypeError("oh no"); };\n',
  );
  const { code, out, err } = await program.run("reproduce", "--jobs", "1");
  equal(code, 1);
  equal(out.match(/^error: /gm)?.length, 1, out);
  match(
    out,
    /^✗ slow\[n=1\]\n {2}and 1 other in the same way: slow\[n=2\]\nerror: /m,
  );
  match(out, /^skipped {2}last: need slow × 2$/m);
  match(err, /^failed slow\[n=2\] {2}in the same way as slow\[n=1\]$/m);
});

Deno.test("two runs at once share the work: the second attaches and uses the result", async () => {
  using program = new Program();
  const first = program.start("reproduce", "--json");
  const one = events(first);
  await until(
    one,
    ({ kind, instance }) => kind === "started" && instance === "slow[n=2]",
  );
  const second = program.start("reproduce", "--json");
  const two = events(second);
  await until(
    two,
    ({ kind, instance }) => kind === "attached" && instance === "slow[n=1]",
  );
  program.open(1);
  program.open(2);
  const built: string[] = [];
  for (const stream of [one, two]) {
    for await (const { kind, instance, result } of stream) {
      if (kind === "ended" && result === "built") built.push(instance ?? "");
    }
  }
  await first.stderr.cancel();
  await second.stderr.cancel();
  equal((await first.status).code, 0);
  equal((await second.status).code, 0);
  equal(built.filter((id) => id === "slow[n=1]").length, 1);
  equal(built.filter((id) => id === "slow[n=2]").length, 1);
  equal(program.read("artifacts/out.txt"), RESULT);
});

Deno.test("a dead holder's instance is taken over by the run that waits for it", async () => {
  using program = new Program();
  const first = program.start("reproduce", "--json");
  await until(
    events(first),
    ({ kind, instance }) => kind === "progress" && instance === "slow[n=1]",
  );
  const second = program.start("reproduce", "--json");
  const two = events(second);
  await until(
    two,
    ({ kind, instance }) => kind === "attached" && instance === "slow[n=1]",
  );
  first.kill("SIGKILL");
  await first.stderr.cancel();
  await until(
    two,
    ({ kind, instance }) => kind === "started" && instance === "slow[n=1]",
  );
  program.open(1);
  program.open(2);
  for await (const _ of two);
  await second.stderr.cancel();
  equal((await second.status).code, 0);
  equal(program.read("artifacts/out.txt"), RESULT);
});

/** The processes that still have something to do with a folder. */
async function left(root: string): Promise<string> {
  const { stdout } = await new Deno.Command("pgrep", { args: ["-af", root] })
    .output();
  return new TextDecoder().decode(stdout).trim();
}

Deno.test("SIGKILL of a stage fails that instance alone, and the next run makes it", async () => {
  using program = new Program();
  const process = program.start("reproduce", "--json");
  const stream = events(process);
  await until(
    stream,
    ({ kind, instance }) => kind === "progress" && instance === "slow[n=1]",
  );
  program.open(2);
  await until(
    stream,
    ({ kind, instance }) => kind === "ended" && instance === "slow[n=2]",
  );
  const stage = Number((await left(program.root)).trim().split(/\s+/)[0]);
  Deno.kill(stage, "SIGKILL");
  for await (const _ of stream);
  await process.stderr.cancel();
  equal((await process.status).code, 1);
  equal(existsSync(join(program.root, "artifacts/out.txt")), false);
  program.open(1);
  const next = await program.run("reproduce");
  equal(next.code, 0, next.err);
  equal(program.read("artifacts/out.txt"), RESULT);
});

/** Mounts a folder read-only over itself in a namespace of its own, and runs the program there. */
async function onReadOnlyDisk(program: Program, folder: string) {
  const place = join(program.root, folder);
  const config = new URL("../../../deno.json", import.meta.url).pathname;
  const { code, stdout, stderr } = await new Deno.Command("unshare", {
    args: [
      "--mount",
      "sh",
      "-c",
      `mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && exec "$2" run -A --config "$3" main.ts reproduce`,
      "sh",
      place,
      Deno.execPath(),
      config,
    ],
    cwd: program.root,
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

const mounts = Deno.build.os === "linux" &&
  (await new Deno.Command("unshare", {
    args: ["--mount", "true"],
    stderr: "null",
  }).output().catch(() => ({ success: false }))).success;
if (!mounts) {
  skip("a store on a read-only disk", "no mount namespaces");
}

Deno.test(
  "a store on a read-only disk answers, and says why it cannot keep anything",
  {
    ignore: !mounts,
  },
  async () => {
    using program = opened();
    equal((await program.run("reproduce")).code, 0);
    const still = await onReadOnlyDisk(program, ".store");
    equal(still.code, 0, still.err);
    match(still.out, /nothing ran/);
    program.write("data/a.txt", "beta\n");
    const changed = await onReadOnlyDisk(program, ".store");
    equal(changed.code, 1, changed.err);
    match(changed.out + changed.err, /the file system is read-only/);
    match(changed.out + changed.err, /hint: copy the project to a place that/);
    equal(program.read("artifacts/out.txt"), RESULT);
    program.write("data/a.txt", "alpha\n");
    match((await program.run("reproduce")).out, /nothing ran/);
  },
);
