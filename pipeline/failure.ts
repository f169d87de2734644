/**
 * What can go wrong without being a bug. Failures are values and reach the user
 * in three parts; bugs throw, and reach the user as a stack trace.
 */

export { nearest } from "./stage/spelling.ts";

/** A failure in the user's words: active, without contractions and full stops. */
export interface Failure {
  /** A short, stable name for tools: `unknown-stage`. */
  readonly kind: string;
  /** What happened, as a sentence: `Cannot read …`, `The output … is no file`. */
  readonly what: string;
  /** The state that was found, as a clause in lower case. */
  readonly seen?: string;
  /** The next step, as an imperative in lower case: `free some space, and run again`. */
  readonly hint?: string;
}

/** A value, or why there is none. */
export type Result<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly failure: Failure };

/** A success. */
export function ok<Value>(value: Value): Result<Value> {
  return { ok: true, value };
}

/** A failure. */
export function fail(failure: Failure): { ok: false; failure: Failure } {
  return { ok: false, failure };
}

/**
 * Carries a failure through code that has no other way to return it. Caught in
 * one place, the command line; everything else there is a bug.
 */
export class Failed extends Error {
  override readonly name = "Failed";
  constructor(readonly failure: Failure) {
    super(failure.what);
  }
}

/** The value of a result; its failure is thrown to the command line. */
export function unwrap<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new Failed(result.failure);
  return result.value;
}

/** A text as far as a message has room for it. */
export function short(text: string, most = 60): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
