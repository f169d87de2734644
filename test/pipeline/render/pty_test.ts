/** The live view on a real terminal that is resized: tmux's. */
import { deepEqual } from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { skip } from "../../rig/skip.ts";

const stage = new URL("stage.ts", import.meta.url).pathname;
const config = new URL("../../../deno.json", import.meta.url).pathname;

async function run(command: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args })
    .output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (!success) {
    throw new Error(`${command} ${args.join(" ")}: ${text(stderr)}`);
  }
  return text(stdout);
}

const there = await run("tmux", "-V").then(() => true, () => false);
if (!there) {
  skip("the live view on a terminal that is resized", "tmux is not installed");
}

Deno.test(
  "no line is lost when a real terminal is resized while instances end",
  {
    ignore: !there,
  },
  async () => {
    const folder = Deno.makeTempDirSync();
    const [pipe, said, socket] = ["pipe", "said", "socket"].map((name) =>
      join(folder, name)
    ) as [string, string, string];
    writeFileSync(said, "");
    await run("mkfifo", pipe);
    const tmux = (...args: string[]) =>
      run("tmux", "-f", "/dev/null", "-S", socket, ...args);
    await tmux(
      ...["new-session", "-d", "-s", "view", "-x", "120", "-y", "20"],
      `echo before; '${Deno.execPath()}' run -A --config '${config}' '${stage}' '${pipe}' '${said}'; cat`,
    );
    try {
      const commands = await Deno.open(pipe, { write: true });
      const ended: string[] = [];
      const end = async () => {
        const instance = `work[n=${ended.length}]`;
        await commands.write(new TextEncoder().encode(`${instance}\n`));
        ended.push(instance);
        while (!readFileSync(said, "utf8").includes(`${instance} `)) {
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      };
      await end();
      await end();
      for (const columns of [61, 120, 50, 100, 45, 140]) {
        await tmux("resize-window", "-t", "view", "-x", String(columns));
        // Before the program knows of it, and after.
        await end();
        while (!readFileSync(said, "utf8").endsWith(` ${columns}\n`)) {
          await end();
        }
        await end();
      }
      await commands.write(new TextEncoder().encode("end\n"));
      commands.close();
      let screen = "";
      while (!screen.includes("stopped")) {
        screen = await tmux("capture-pane", "-p", "-S", "-", "-t", "view");
      }
      // Not at the beginning of a row where tmux has joined it to the rest of a frame.
      const seen = Array.from(
        screen.matchAll(/✓ +1\.0 s +(work\[n=\d+\])/g),
        ([, instance]) => instance,
      );
      deepEqual(seen, ended);
      deepEqual(screen.split("\n")[0], "before");
    } finally {
      await tmux("kill-server");
      rmSync(folder, { recursive: true });
    }
  },
);
