import { equal } from "node:assert/strict";
import { meant } from "../../../stages/claims/spelling.ts";

Deno.test("meant() gives the known word nearest to a typed one, if it is near", () => {
  const known = ["final", "first", "min", "validation_loss"];
  equal(meant("fianl", known), "final");
  equal(meant("frist", known), "first");
  // One swap, not two changes.
  equal(meant("fisrt", ["first", "fist"]), "first");
  equal(meant("mim", known), "min");
  equal(meant("valid_loss", known), undefined);
  equal(meant("validaton_los", known), "validation_loss");
  equal(meant("weather", known), undefined);
  equal(meant("x", []), undefined);
});
