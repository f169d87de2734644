/** The grey band of the learning curves, and the claim that speaks of it. */
import { type Expression, parse } from "../claims/syntax.ts";
import type { Judgement } from "../formats/claims.ts";

/** The first claim in whose check a range is just this band; nothing if none has one. */
export function claimOfBand<Claim extends Pick<Judgement, "evidence">>(
  claims: readonly Claim[],
  [low, high]: readonly [number, number],
): Claim | undefined {
  const names = (part: Expression): boolean => {
    switch (part.kind) {
      case "range":
        return is(part.low, low) && is(part.high, high);
      case "not":
        return names(part.of);
      case "binary":
        return names(part.left) || names(part.right);
      default:
        return false;
    }
  };
  return claims.find(({ evidence }) => names(parse(evidence.expression)));
}

function is(part: Expression, value: number): boolean {
  return part.kind === "number" && part.value === value;
}
