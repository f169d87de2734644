/**
 * An engine to be killed: starts the stage that its argument describes, prints
 * its process, and waits.
 */
import type { Confinement } from "../../pipeline/sandbox/confinement.ts";
import { start } from "../../pipeline/sandbox/process.ts";
import type { KernelWall } from "../../pipeline/sandbox/wall.ts";

const { confinement, wall }: { confinement: Confinement; wall: KernelWall } =
  JSON.parse(Deno.args[0] ?? "");
const started = start(confinement, new AbortController().signal, wall);
if (!started.ok) throw new Error(started.failure.what);
const say = (line: string) =>
  Deno.stdout.writeSync(new TextEncoder().encode(line + "\n"));
say(String(started.value.pid));
for await (const message of started.value.messages) say(message.kind);
