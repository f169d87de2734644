/** Ring 2, with each wall that this machine can build: native code and commands. */
import { equal, match, notEqual } from "node:assert/strict";
import { start } from "../../../pipeline/sandbox/start.ts";
import type { KernelWall } from "../../../pipeline/sandbox/wall/wall.ts";
import { Project } from "./project.ts";
import { walls } from "./walls.ts";

/** A model of one node, y = −x. */
const NEGATION =
  "CAgSCWZhY3NpbWlsZRoBMTo1CgsKAXgSAXkiA05lZxIEc2FtZVoPCgF4EgoKCAgBEgQKAggBYg8KAXkSCgoICAESBAoCCAFCAhAR";

/** Native readers and writers of undeclared files. */
const native: readonly [string, string][] = [
  [
    "onnxruntime-node reads",
    `const ort = await import("npm:onnxruntime-node@1.30.0");
     await ort.InferenceSession.create("SECRET");`,
  ],
  [
    "onnxruntime-node writes",
    `const ort = await import("npm:onnxruntime-node@1.30.0");
     await ort.InferenceSession.create(Uint8Array.fromBase64("${NEGATION}"), { optimizedModelFilePath: "SECRET" });`,
  ],
];

async function attempt(
  wall: KernelWall,
  body: string,
): Promise<{ said: string; secret: string }> {
  await using project = await Project.make();
  const secret = project.write("secret", "no model");
  const ran = await project.run(
    project.stage(
      `
  let said = "done";
  try { ${
        body.replaceAll("SECRET", secret)
      } } catch (error) { said = String(error); }
  Deno.writeTextFileSync(task.output("result"), said);
`,
      {
        outputs: { result: "result.txt" },
        permissions: { ffi: ["onnxruntime-node"] },
      },
    ),
    wall,
  );
  equal(ran.ended.kind, "done", JSON.stringify(ran.ended) + ran.log);
  equal(ran.ended.wall, wall);
  return { said: ran.text("result"), secret: Deno.readTextFileSync(secret) };
}

for (const [name, body] of native) {
  Deno.test(`without a kernel wall, ${name} what it did not declare`, async () => {
    const { said } = await attempt("none", body);
    // Proof that the attempt is a real one: it gets to the bytes.
    match(said, /^done$|protobuf/i);
  });
  for (const wall of walls) {
    Deno.test(`behind ${wall}, ${name} nothing that it did not declare`, async () => {
      const { said, secret } = await attempt(wall, body);
      match(
        said,
        /missing|unable to open|failed/i,
      );
      notEqual(said, "done");
      equal(/protobuf/i.test(said), false, said);
      equal(secret, "no model");
    });
  }
}

/** The same for a shell: `SECRET` undeclared, `DECLARED` an input. */
const commands: readonly [string, string][] = [
  ["cat of an undeclared file", "cat SECRET"],
  ["a copy of it", "cp SECRET ../output/copy && cat ../output/copy"],
  ["a link to it", "ln -s SECRET link && cat link"],
  ["a hard link to it", "ln SECRET link && cat link"],
  ["a move of it", "mv SECRET here && cat here"],
  ["the folder above", "cat ../../../secret.*"],
  ["writing outside", "echo gone > SECRET && echo secret"],
  [
    "the temporary folder",
    "f=$(TMPDIR= mktemp /tmp/sandbox-XXXXXX) && rm $f && echo secret",
  ],
  ["the audit of the engine", "echo secret > ../log.txt && cat ../log.txt"],
  ["/etc/passwd", "grep -q root /etc/passwd && echo secret"],
  [
    "the secrets of another process",
    `tr '\\0' '\\n' < /proc/ENGINE/environ | grep -q . && echo secret`,
  ],
  ["a signal to the engine", "kill -CONT ENGINE && echo secret"],
  ["TCP", `exec 3<>/dev/tcp/127.0.0.1/PORT && echo secret`],
];

for (const wall of [...walls, "none"] as const) {
  for (const [name, script] of commands) {
    const get = wall === "none"
      ? "without a wall, a command gets"
      : `behind ${wall}, a command does not get`;
    Deno.test(`${get} ${name}`, async () => {
      await using project = await Project.make();
      const secret = project.write("secret.txt", "secret\n");
      const server = Deno.serve(
        { port: 0, hostname: "127.0.0.1", onListen() {} },
        () => new Response(),
      );
      const declared = project.write("declared.txt", "declared\n");
      const whole = script.replaceAll("SECRET", secret)
        .replaceAll("ENGINE", String(Deno.pid))
        .replaceAll("PORT", String(server.addr.port));
      try {
        const ran = await project.run({
          ...project.stage("", { inputs: { declared } }),
          runs: {
            kind: "command",
            command: ["bash", "-c", `${whole}; cat {input declared}; exit 0`],
          },
        }, wall);
        equal(ran.ended.kind, "done", JSON.stringify(ran.ended));
        match(ran.log, /declared\n$/);
        // Without a wall: proof that the attempt is a real one.
        equal(/^secret$/m.test(ran.log), wall === "none", ran.log);
        if (wall !== "none") equal(Deno.readTextFileSync(secret), "secret\n");
      } finally {
        await server.shutdown();
      }
    });
  }
}

Deno.test("start() refuses native code and commands where a kernel wall is demanded and none stands", async () => {
  await using project = await Project.make();
  const demanding = {
    require: "kernel",
    permissions: { ffi: ["onnxruntime-node"] },
  } as const;
  const refused = start(
    project.stage("", demanding),
    new AbortController().signal,
    "none",
  );
  if (refused.ok) throw new Error("started");
  equal(refused.failure.kind, "no-wall");
  match(refused.failure.hint ?? "", /sandbox\.require = "deno"/);

  const pure = await project.run(
    project.stage("", { require: "kernel" }),
    "none",
  );
  equal(pure.ended.kind, "done");
  equal(pure.ended.wall, "deno");
});

for (
  const [name, unreadable] of [
    ["the walls stand for a user who is not root, too", false],
    ["the walls stand for a user who may not read the folder HOME", true],
  ] as const
) {
  Deno.test({
    name,
    ignore: Deno.uid() !== 0 || walls.length === 0,
    fn: async () => {
      const folder = await Deno.makeTempDir();
      await Deno.chmod(folder, 0o777);
      const home = `${folder}/home`;
      await Deno.mkdir(home, { mode: unreadable ? 0o700 : 0o777 });
      if (!unreadable) await Deno.chmod(home, 0o777);
      const { success, stdout, stderr } = await new Deno.Command("setpriv", {
        args: [
          "--reuid=65534",
          "--regid=65534",
          "--clear-groups",
          Deno.execPath(),
          "run",
          "--no-config",
          "--no-lock",
          "--no-check",
          "--allow-all",
          `${import.meta.dirname}/nobody.ts`,
        ],
        env: { HOME: home, DENO_DIR: "", TMPDIR: folder },
      }).output();
      await Deno.remove(folder, { recursive: true });
      const decoder = new TextDecoder();
      equal(success, true, decoder.decode(stderr));
      for (const wall of walls) {
        const out = decoder.decode(stdout);
        match(out, new RegExp(`^65534 ${wall} declared$`, "m"));
        match(out, new RegExp(`^native ${wall} {"kind":"done"`, "m"));
      }
    },
  });
}
