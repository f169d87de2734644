/** Judges one claim for one seed. */
import {
  evaluate,
  type Ground,
  type Measured,
  Missing,
  register,
} from "./evaluate.ts";
import { parse } from "./syntax.ts";

/** A sentence of the paper as a check. */
export type Claim = {
  readonly id: string;
  readonly sentence: string;
  /** Where it stands in the paper. */
  readonly where: string;
  readonly holds: string;
  /** What the word `tolerance` stands for. */
  readonly tolerance?: number;
  /** With fewer epochs of its networks nothing can be said. */
  readonly epochs?: number;
  /** The dataset that the sentence speaks of; without it, any that is real. */
  readonly data?: string;
};

/** What a claim's expression gave for one seed. */
export type Finding =
  | {
    readonly kind: "judged";
    /** That of no seed, where nothing was measured at several. */
    readonly seed: number | undefined;
    readonly holds: boolean;
    /** Every number that it rests on, by its text, in order. */
    readonly values: { readonly [text: string]: number };
    /** Those of them that were measured. */
    readonly measured: readonly string[];
    /** The comparisons that are not true; one of them need not decide. */
    readonly untrue: readonly string[];
  }
  | {
    readonly kind: "not judged";
    readonly seed: number | undefined;
    readonly because: string;
  };

/** Judges a claim for one seed. The expression must have passed `checkClaim`. */
export function judge(
  { holds, tolerance, epochs = 1 }: Claim,
  seed: number | undefined,
  { networks, observed = [], base }: Pick<
    Ground,
    "networks" | "observed" | "base"
  >,
): Finding {
  const because = tooShort(epochs, networks);
  if (because !== undefined) return { kind: "not judged", seed, because };
  const constants = tolerance === undefined ? {} : { tolerance };
  try {
    const ground = { networks, observed, seed, base, constants };
    const { result, ...evidence } = evaluate(parse(holds), ground);
    return { kind: "judged", seed, holds: result === true, ...evidence };
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    return { kind: "not judged", seed, because: error.message };
  }
}

/** Why nothing can be said about something that takes so many epochs to see. */
export function tooShort(
  epochs: number,
  networks: readonly Measured[],
): string | undefined {
  const trained = register(networks).epochs;
  return trained < epochs
    ? `it takes ${epochs} epochs to judge, and this run has ${trained}`
    : undefined;
}
