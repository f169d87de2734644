/** What holds of the paper as a whole. */
import { deepEqual, equal } from "node:assert/strict";
import prepare from "../stages/prepare.ts";
import { type Points, read } from "../stages/points.ts";
import { PATH, text } from "./schema.ts";

Deno.test("experiment.schema.json is what the schema says: deno task schema", () => {
  equal(Deno.readTextFileSync(PATH), text());
});

Deno.test("prepare() takes the rows of one data set", () => {
  const folder = Deno.makeTempDirSync();
  const path = (name: string) => `${folder}/${name}`;
  Deno.writeTextFileSync(path("table"), "set,x,y\n1,2,3\n2,4,5\n");
  prepare({ params: { set: 2 }, input: path, output: path });
  deepEqual(read<Points>(path("points")).points, [[4, 5]]);
  Deno.removeSync(folder, { recursive: true });
});
