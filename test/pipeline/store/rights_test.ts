/** Folders whose rights a program took away, and a store that somebody removes. */
import { deepEqual, equal, match } from "node:assert/strict";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { events, Program, until } from "../../rig/program.ts";
import { skip } from "../../rig/skip.ts";

/** Runs `rights.ts` as a user who is bound by rights; what it printed. */
async function asNobody(folder: string): Promise<string[]> {
  const args = [
    ...[Deno.execPath(), "run", "--no-check", "--allow-all"],
    // What is installed, and no registry.
    ...["--no-lock", "--node-modules-dir=manual"],
    ...["--config", new URL("../../../deno.json", import.meta.url).pathname],
    ...[new URL("rights.ts", import.meta.url).pathname, folder],
  ];
  const program = Deno.uid() === 0
    ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", ...args]
    : args;
  const { stdout, stderr } = await new Deno.Command(program[0]!, {
    args: program.slice(1),
    env: {
      PATH: "/usr/bin:/bin",
      HOME: folder,
      DENO_DIR: `${folder}/deno`,
      TMPDIR: folder,
    },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  equal(text(stderr), "");
  return text(stdout).trim().split("\n");
}

const privileged = Deno.uid() !== 0 || existsSync("/usr/bin/setpriv");
if (!privileged) skip("a folder without rights", "setpriv is not installed");

Deno.test({
  name: "a folder that a stage left without rights stops nobody, whoever he is",
  ignore: !privileged,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    await Deno.chmod(folder, 0o777);
    try {
      deepEqual(await asNobody(folder), [
        "module built",
        "command built",
        "broken failed",
        "again broken failed",
        "killed work folder: 1 to be removed",
        "left: 0 in work, 0 to be removed",
      ]);
    } finally {
      await new Deno.Command("chmod", { args: ["-R", "u+rwX", folder] })
        .output();
      rmSync(folder, { recursive: true, force: true });
    }
  },
});

Deno.test("a store that is removed during a run fails what needs it, in a sentence, and the next run makes all", async () => {
  using program = new Program();
  const process = program.start("reproduce", "--json");
  const stream = events(process);
  await until(
    stream,
    ({ kind, instance }) => kind === "progress" && instance === "slow[n=1]",
  );
  rmSync(join(program.root, ".store"), { recursive: true });
  program.open(1);
  program.open(2);
  for await (const _ of stream);
  const error = await new Response(process.stderr).text();
  equal(/\n\s+at /.test(error), false, error);
  match(String((await process.status).code), /^[01]$/);
  const next = await program.run("reproduce");
  equal(next.code, 0, next.err);
  equal(
    program.read("artifacts/out.txt"),
    "alpha\n1: 1 2 3 \nalpha\n2: 1 2 3 \n",
  );
  deepEqual(readdirSync(join(program.root, ".store/work")), []);
});
