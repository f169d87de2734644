/** What figures show of several seeds. */
import { deepEqual, equal } from "node:assert/strict";
import { byRate, range, seedsShown } from "../../../stages/figures/seeds.ts";

const network = (lr: number, seed: number) => ({ point: { lr, seed } });

Deno.test("byRate() shows the first seed of every learning rate", () => {
  const all = [network(0.1, 3), network(0.1, 1), network(0.01, 3)];
  deepEqual(byRate(all), [
    { learningRate: 0.1, all: all.slice(0, 2), shown: all[0] },
    { learningRate: 0.01, all: all.slice(2), shown: all[2] },
  ]);
});

Deno.test("range() gives one number, or the least and the greatest", () => {
  equal(range([0.012345]), "0.0123");
  equal(range([0.3, 0.012345, 0.02]), "0.0123–0.3");
  equal(range([0.01234, 0.012341]), "0.0123");
});

Deno.test("seedsShown() speaks of seeds only if there are several", () => {
  deepEqual(seedsShown(byRate([network(0.1, 1)])), []);
  deepEqual(seedsShown(byRate([network(0.1, 7), network(0.1, 8)]), "; so"), [
    "Of 2 seeds, seed 7 is shown; so.",
  ]);
});
