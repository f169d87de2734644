/** The points of a paper's axes. */
import { deepEqual, equal } from "node:assert/strict";
import * as v from "valibot";
import { choice, count, table } from "../../../stages/paper/value.ts";
import { paperTables } from "../../../stages/paper/tables.ts";
import { pointsOn, settingsAt } from "../../../stages/paper/variation.ts";

const tables = paperTables({
  data: table({ set: count(1, 9) }),
  fit: table({ method: choice(["line", "curve"]), degree: count(1, 9) }),
}, ["data.set"]);

const experiment = (axes: object) =>
  v.parse(tables, {
    paper: {
      title: "T",
      version: "1",
      license: "MIT",
      abstract: "A.",
      keywords: ["k"],
    },
    authors: [{ name: "N" }],
    data: { set: 1 },
    fit: { method: "line", degree: 1 },
    axes,
  });

Deno.test("pointsOn() names what a table is read for, and leaves out what is as the tables have it", () => {
  const all = experiment({
    "data.set": [1, 2],
    "fit.method": ["line", "curve"],
  });
  deepEqual(pointsOn(all, "data"), [{ set: 1 }, { set: 2 }]);
  deepEqual(pointsOn(all, "data", "fit"), [
    { set: 1 },
    { set: 1, method: "curve" },
    { set: 2 },
    { set: 2, method: "curve" },
  ]);
  deepEqual(pointsOn(all, "figure"), [{}]);
});

Deno.test("pointsOn(): an axis that is added keeps every point that was there", () => {
  const before = pointsOn(experiment({ "data.set": [1, 2] }), "data", "fit");
  const after = pointsOn(
    experiment({
      "fit.degree": [3, 1],
      "data.set": [1, 2],
    }),
    "data",
    "fit",
  );
  const texts = new Set(after.map((point) => JSON.stringify(point)));
  equal(before.every((point) => texts.has(JSON.stringify(point))), true);
});

Deno.test("pointsOn(): axes that are zipped advance together", () => {
  const zipped = experiment({
    "fit.method": ["line", "curve"],
    "fit.degree": [1, 4],
    zip: ["fit.method", "fit.degree"],
  });
  deepEqual(pointsOn(zipped, "fit"), [{}, { method: "curve", degree: 4 }]);
});

Deno.test("settingsAt() has the values of a point, and the tables' elsewhere", () => {
  const all = experiment({
    "data.set": [1, 2],
    "fit.method": ["line", "curve"],
  });
  deepEqual(
    pointsOn(all, "data", "fit").map((point) => {
      const { data, fit } = settingsAt(all, point);
      return [data.set, fit.method, fit.degree];
    }),
    [[1, "line", 1], [1, "curve", 1], [2, "line", 1], [2, "curve", 1]],
  );
});
