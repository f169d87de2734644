/**
 * An engine to be killed: starts the stage that its argument describes, prints
 * its process, and waits. With `look`, as on a machine whose kernel does not end
 * the one with the other.
 */
import type { Confinement } from "../../../pipeline/sandbox/confinement.ts";
import { prepare } from "../../../pipeline/sandbox/invocation.ts";
import { start } from "../../../pipeline/sandbox/start.ts";
import type { KernelWall } from "../../../pipeline/sandbox/wall/wall.ts";

const { confinement, wall, look }: {
  confinement: Confinement;
  wall: KernelWall;
  look: boolean;
} = JSON.parse(Deno.args[0] ?? "");
const say = (line: string) =>
  Deno.stdout.writeSync(new TextEncoder().encode(line + "\n"));

if (look) {
  const prepared = prepare(confinement, wall);
  if (!prepared.ok) throw new Error(prepared.failure.what);
  const { program, args, env, cwd } = prepared.value.invocation;
  const child = new Deno.Command(program, {
    args: [...args, "look"],
    env: { ...env },
    cwd,
    clearEnv: true,
    stdout: "piped",
  }).spawn();
  say(String(child.pid));
  for await (const _ of child.stdout) say("message");
} else {
  const started = start(confinement, new AbortController().signal, wall);
  if (!started.ok) throw new Error(started.failure.what);
  say(String(started.value.pid));
  for await (const message of started.value.messages) say(message.kind);
}
