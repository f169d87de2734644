/** How many digits files and captions have. */
import { equal } from "node:assert/strict";
import {
  listed,
  rounded,
  thousands,
  threeDigits,
} from "../../../stages/formats/number.ts";

Deno.test("rounded() tells any two 32-bit floats apart", () => {
  equal(rounded(1 / 3), 0.333333333);
  const [one, next] = [1, 1 + 2 ** -23];
  equal(rounded(one) === rounded(next), false);
  equal(Math.fround(rounded(next)), next);
  equal(Math.fround(rounded(Math.fround(0.1))), Math.fround(0.1));
});

Deno.test("threeDigits() has no zeros behind, and an exponent from a million on", () => {
  equal(threeDigits(1031.15), "1030");
  equal(threeDigits(0.1), "0.1");
  equal(threeDigits(999_000), "999000");
  equal(threeDigits(75_123_456), "7.51e7");
});

Deno.test("thousands() and listed() write as a caption does", () => {
  equal([7, 1000, 1234567].map(thousands).join(" "), "7 1,000 1,234,567");
  equal(listed([]), "");
  equal(listed([1]), "1");
  equal(listed([1, 2]), "1 and 2");
  equal(listed([1, 2, 3]), "1, 2 and 3");
});
