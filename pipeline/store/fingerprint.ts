/**
 * Everything that an instance's result may depend on, as a flat list of facts,
 * so that "why?" is the difference of two lists. Equal facts, equal result:
 * that is the one promise that the cache rests on, and the sandbox keeps it.
 */
import { type Digest, digestJson } from "./digest.ts";
import { canonical, type Json } from "../stage/json.ts";

/** Facts by name: `param size`, `input images`, `code stages/draw/stage.ts`, `npm sharp@…`, `deno`. */
export type Facts = { readonly [fact: string]: Json };

/** What is different in one fact; `undefined` where it was or is not there. */
export interface Change {
  readonly fact: string;
  readonly was: Json | undefined;
  readonly now: Json | undefined;
}

/** The fingerprint: the digest of the facts, whatever their order. */
export function fingerprint(facts: Facts): Digest {
  return digestJson("facts", facts);
}

/** What is different between two lists of facts, by name in order. */
export function changes(was: Facts, now: Facts): Change[] {
  return unequal(was, now).sort()
    .map((fact) => ({ fact, was: was[fact], now: now[fact] }));
}

/** The names of the facts that are different, in no order. */
export function unequal(was: Facts, now: Facts): string[] {
  const found: string[] = [];
  for (const fact in now) {
    if (!isEqual(was[fact], now[fact])) found.push(fact);
  }
  for (const fact in was) {
    if (now[fact] === undefined) found.push(fact);
  }
  return found;
}

/** Whether a fact is the same on both sides. */
export function isEqual(was: Json | undefined, now: Json | undefined): boolean {
  if (was === now) return true;
  // Of lists and tables alone equality is not identity.
  if (typeof was !== "object" || typeof now !== "object") return false;
  return canonical(was) === canonical(now);
}

/**
 * What a fact is about, to a person: `code a.ts#f` is about `code a.ts`, `npm sharp@1.0`
 * about `npm sharp`, `input x[n=1]` about `input x`.
 */
export function subject(fact: string): string {
  if (fact.startsWith("code ")) return fact.replace(/(#| \().*$/, "");
  if (fact.startsWith("npm ")) return fact.replace(/(.)@[^@]*$/, "$1");
  if (fact.startsWith("input ")) return fact.replace(/\[.*$/, "");
  return fact;
}
