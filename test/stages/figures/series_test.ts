/** What figures show of several networks. */
import { deepEqual, equal } from "node:assert/strict";
import {
  distinction,
  range,
  scaleAxis,
  seedsShown,
  seriesOf,
} from "../../../stages/figures/series.ts";
import { studyOf as studyOfSettings } from "../../../stages/experiment/study.ts";
import { experimentOf } from "../../rig/perform.ts";

/** The study of some settings, and its networks. */
function networks(...set: string[]) {
  const study = studyOfSettings(experimentOf({ set }));
  return { study, series: seriesOf(study, study.networks) };
}

const RATES = 'axes."training.learning_rate"';

Deno.test("seriesOf() puts the seeds of one setting together, and shows the first", () => {
  const { study, series } = networks(
    `${RATES}=[0.1, 0.01]`,
    'axes."training.seed"=[3, 1]',
  );
  deepEqual(
    series.map(({ label, value, all, shown }) => [
      label,
      value,
      all.map(({ at }) => at.seed),
      shown.at.seed,
    ]),
    [["lr 0.1", 0.1, [3, 1], 3], ["lr 0.01", 0.01, [3, 1], 3]],
  );
  deepEqual(seedsShown(series), ["Of 2 seeds, seed 3 is shown."]);
  equal(distinction(study, series), "by learning rate (lr)");
});

Deno.test("seriesOf() takes networks that differ in anything but their seed for no seeds", () => {
  const { study, series } = networks(
    `${RATES}=[0.1]`,
    'axes."training.batch_size"=[64, 32]',
  );
  deepEqual(series.map(({ label }) => label), [
    "batch size 64",
    "batch size 32",
  ]);
  deepEqual(seedsShown(series), []);
  equal(distinction(study, series), "by batch size");
  equal(scaleAxis(study), "batch_size");
});

Deno.test("a series has all that varies in its name", () => {
  const { study, series } = networks(
    `${RATES}=[0.1, 0.01]`,
    'axes."network.encoder"=[[8, 4, 2], [4, 2, 1]]',
  );
  equal(series[1]!.label, "lr 0.1, encoder 4-2-1");
  equal(distinction(study, series), "by learning rate (lr) and encoder");
});

Deno.test("one series is called what it is", () => {
  const { study, series } = networks(`${RATES}=[0.3]`);
  equal(distinction(study, series), "with lr 0.3");
});

Deno.test("range() gives one number, or the least and the greatest", () => {
  equal(range([0.012345]), "0.0123");
  equal(range([0.3, 0.012345, 0.02]), "0.0123–0.3");
  equal(range([0.01234, 0.012341]), "0.0123");
});
