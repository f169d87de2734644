import { equal } from "node:assert/strict";
import { nearest } from "../../../pipeline/stage/spelling.ts";

Deno.test("nearest() gives the known word nearest to a typed one, if it is near", () => {
  const known = ["final", "first", "min", "validation_loss"];
  equal(nearest("fianl", known), "final");
  equal(nearest("frist", known), "first");
  // One swap, not two changes.
  equal(nearest("fisrt", ["first", "fist"]), "first");
  equal(nearest("mim", known), "min");
  equal(nearest("valid_loss", known), undefined);
  equal(nearest("validaton_los", known), "validation_loss");
  equal(nearest("weather", known), undefined);
  equal(nearest("x", []), undefined);
});
