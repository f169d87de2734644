/** How many digits files and captions have. */
import { equal } from "node:assert/strict";
import { rounded, threeDigits } from "../../../stages/formats/number.ts";

Deno.test("rounded() tells any two 32-bit floats apart", () => {
  equal(rounded(1 / 3), 0.333333333);
  const [one, next] = [1, 1 + 2 ** -23];
  equal(rounded(one) === rounded(next), false);
  equal(Math.fround(rounded(next)), next);
  equal(Math.fround(rounded(Math.fround(0.1))), Math.fround(0.1));
});

Deno.test("threeDigits() has no zeros behind and no exponent", () => {
  equal(threeDigits(1031.15), "1030");
  equal(threeDigits(0.1), "0.1");
});
