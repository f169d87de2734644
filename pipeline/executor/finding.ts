/** What the doctor finds of this machine. */
import type { Finding } from "../project/finding.ts";
import { seccompWorks } from "../sandbox/wall/seccomp.ts";
import { probeWall } from "../sandbox/wall/wall.ts";
import { capacityOf, cardsOf } from "./machine.ts";

/** Examines this machine, where instances run that go to no cluster. */
export function* examineMachine(): Generator<Finding> {
  const { cpus, memory } = capacityOf(undefined);
  const cards = cardsOf();
  yield {
    kind: "good",
    subject: "Deno",
    found: `${Deno.version.deno} for ${Deno.build.os} ${Deno.build.arch}`,
  };
  yield {
    kind: "good",
    subject: "a run's share",
    found: `${cpus} cores, ${memory} MiB, ${cards.length} graphics cards`,
  };
  yield wallFinding("walls", probeWall(), seccompWorks());
}

/** What holds native code and commands. */
export function wallFinding(
  subject: string,
  wall: ReturnType<typeof probeWall>,
  seccomp: boolean,
): Finding {
  const found = wall === "none"
    ? "neither Landlock nor bubblewrap"
    : `${wall}${seccomp ? " and seccomp" : ", no seccomp"}`;
  if (wall !== "none" && seccomp) return { kind: "good", subject, found };
  return {
    kind: "doubt",
    subject,
    found,
    hint: "use Linux 5.13 or later with Landlock, or install bubblewrap: " +
      "native code and commands are not held by both walls",
  };
}
