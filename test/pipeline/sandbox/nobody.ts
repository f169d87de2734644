/** Run by wall_test.ts as a user without rights: prints what a command could read. */
import { bwrapWorks } from "../../../pipeline/sandbox/wall/bwrap.ts";
import { landlockAbi } from "../../../pipeline/sandbox/wall/landlock.ts";
import { Project } from "./project.ts";

for (const wall of ["landlock", "bwrap"] as const) {
  if (wall === "landlock" ? landlockAbi() === 0 : !bwrapWorks()) continue;
  await using project = await Project.make();
  const secret = project.write("secret.txt", "secret");
  const declared = project.write("declared.txt", "declared");
  const { ended, log } = await project.run({
    ...project.stage("", { inputs: { declared } }),
    runs: {
      kind: "command",
      command: [
        "sh",
        "-c",
        `cat ${secret} 2>/dev/null; chmod 777 {input declared} 2>/dev/null && echo changed; chmod 700 . && touch own && chmod 600 own && cat {input declared}`,
      ],
    },
  }, wall);
  Deno.stdout.writeSync(
    new TextEncoder().encode(`${Deno.uid()} ${ended.wall} ${log.trim()}\n`),
  );
  const native = await project.run(
    project.stage("", { permissions: { ffi: ["onnxruntime-node"] } }),
    wall,
  );
  Deno.stdout.writeSync(
    new TextEncoder().encode(
      `native ${wall} ${JSON.stringify(native.ended)}\n`,
    ),
  );
}
