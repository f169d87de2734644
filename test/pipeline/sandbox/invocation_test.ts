import { equal, match } from "node:assert/strict";
import { outputFolder } from "../../../pipeline/sandbox/confinement.ts";
import { commandLine, start } from "../../../pipeline/sandbox/start.ts";
import { diskFailure } from "../../../pipeline/store/disk.ts";
import { failureOf, Project } from "./project.ts";

for (const kind of ["module", "native", "command"] as const) {
  Deno.test(`commandLine() runs a ${kind} stage again by hand, where its folder is now`, async () => {
    await using project = await Project.make();
    const differing = {
      inputs: { one: project.write("it's an input", "abc") },
      outputs: { result: "result.txt" },
    } as const;
    const stage = project.stage(
      `Deno.copyFileSync(task.input("one"), task.output("result"));
       try { Deno.readTextFileSync("/etc/hostname"); console.log("escaped"); } catch { console.log("held"); }`,
      {
        ...differing,
        ...(kind === "native" &&
          { permissions: { ffi: ["onnxruntime-node"] } }),
      },
    );
    const confinement = kind === "command"
      ? {
        ...stage,
        runs: {
          kind,
          command: [
            "sh",
            "-c",
            'cp "$0" "$1"; cat /etc/hostname 2>&- && echo escaped || echo held',
            "{input one}",
            "{output result}",
          ],
        } as const,
      }
      : stage;
    await project.run(confinement);
    const folder = `${project.root}/kept here`;
    await Deno.rename(confinement.folder, folder);
    await Deno.remove(`${folder}/output`, { recursive: true });
    const line = commandLine({ ...confinement, folder });
    const { code, stdout, stderr } = await new Deno.Command("sh", {
      args: ["-c", line],
      cwd: "/",
    }).output();
    const decoder = new TextDecoder();
    equal(code, 0, line + decoder.decode(stderr));
    match(decoder.decode(stdout), /held\n/);
    equal(
      Deno.readTextFileSync(`${outputFolder({ folder })}/result.txt`),
      "abc",
    );
  });
}

Deno.test("start() gives 3,000 inputs their permissions", async () => {
  await using project = await Project.make();
  const path = project.write("input", "abc");
  const many = Array.from({ length: 3000 }, (_, seed) => ({
    point: { seed },
    path: `${project.root}/${"long-".repeat(20)}${seed}`,
  }));
  for (const { path: name } of many.slice(-2)) Deno.linkSync(path, name);
  const ran = await project.run(project.stage(
    `const all = task.inputs("many");
     Deno.writeTextFileSync(task.output("result"), all.length + Deno.readTextFileSync(all.at(-1)!.path));`,
    { inputs: { many }, outputs: { result: "result.txt" } },
  ));
  equal(ran.ended.kind, "done", ran.log);
  equal(ran.text("result"), "3000abc");
});

Deno.test("start() refuses a path with a comma, which Deno would split", async () => {
  await using project = await Project.make();
  const started = start(
    project.stage("", { inputs: { one: "/a,b" } }),
    new AbortController().signal,
  );
  if (started.ok) throw new Error("started");
  equal(started.failure.kind, "comma-in-path");
  equal(started.failure.seen, "/a,b: Deno separates permitted paths by commas");
});

Deno.test("start() says when its folder cannot be written", async () => {
  await using project = await Project.make();
  const started = start(
    // Nobody may write there, not even root.
    project.stage("", { folder: "/sys/kernel" }),
    new AbortController().signal,
  );
  if (started.ok) throw new Error("started");
  equal(started.failure.kind, "no-permission");
  match(started.failure.what, /^Cannot prepare probe in \/sys\/kernel$/);
});

Deno.test("a full disk is named, in the engine and in a stage", async () => {
  let caught: unknown;
  try {
    Deno.writeTextFileSync("/dev/full", "x");
  } catch (error) {
    caught = error;
  }
  const failure = diskFailure("Cannot write the log /x", caught);
  equal(failure?.kind, "disk-full");
  equal(failure?.seen, "no space left on the device");

  await using project = await Project.make();
  const ran = await project.run({
    ...project.stage(""),
    runs: {
      kind: "command",
      command: ["sh", "-c", "cat /proc/self/status > /dev/full"],
    },
  });
  const { kind, what, seen } = failureOf(ran);
  equal(kind, "disk-full");
  equal(what, "Cannot finish probe");
  equal(seen, "cat: write error: No space left on device");
});
