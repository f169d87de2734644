/**
 * The archive's own code, asked for its facts before anything is made: a record
 * that says fifty beside code that says ten is wrong, whatever comes out.
 */
import type { Lock } from "../published/lock.ts";
import type { Json } from "../stage/json.ts";
import { partings, partingText } from "./parting.ts";
import type { Said } from "./said.ts";

/** What a program says its facts are, by instance. */
type Asked = Extract<Said, { kind: "facts" }>["instances"];

// A system, its processor and what is found on it are the verifier's own; inputs
// are what is made on the way.
const SAID = /^(param|at|env|output|code) |^(module|command|engine|threads)$/;
/** What packages are taken and how names resolve is equal on equal systems. */
const ON_SYSTEM = /^(npm|resolve|read|compiler) |^(resolve|allowScripts)$/;

/** Where the record says something else than the code: a sentence each. */
export function factFindings(
  { instances, machine }: Lock,
  asked: Asked,
  system: { readonly os: string; readonly arch: string },
): string[] {
  const same = machine.os === system.os && machine.arch === system.arch;
  const kept = (facts: { readonly [fact: string]: Json }) =>
    Object.fromEntries(
      Object.entries(facts).filter(([fact]) =>
        SAID.test(fact) ||
        (same && facts.command === undefined && ON_SYSTEM.test(fact))
      ),
    );
  const ids = new Set([...Object.keys(instances), ...Object.keys(asked)]);
  return [...ids].flatMap((id) => {
    const [recorded, said] = [instances[id]?.facts, asked[id]];
    if (!recorded) return [`the archive's code has ${id}, the record has not`];
    if (!said) return [`the record has ${id}, the archive's code has not`];
    return partings(kept(recorded), kept(said)).map((parting) =>
      partingText(`the record of ${id}`, parting, "the archive's code says")
    );
  });
}
