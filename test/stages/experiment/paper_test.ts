/** When a result may be held against the paper. */
import { deepEqual, equal } from "node:assert/strict";
import { paperBand, paperFigure } from "../../../stages/experiment/paper.ts";
import { variantsOf } from "../../../stages/experiment/study.ts";
import { experimentOf } from "../../rig/perform.ts";

/** The paper's figure of each network, and its band. */
function paper(...set: string[]) {
  const experiment = experimentOf({ set });
  return {
    figures: variantsOf(experiment).networks.map((one) =>
      paperFigure(experiment, one)
    ),
    band: paperBand(experiment, variantsOf(experiment).networks),
  };
}

const RATES = 'axes."training.learning_rate"';

Deno.test("the paper's figures are those of its rates, wherever they stand", () => {
  deepEqual(paper(`${RATES}=[0.5, 0.001, 0.1]`), {
    figures: [null, 3, 1],
    band: { learning_rate: 0.1, low: 0.1, high: 0.12 },
  });
});

Deno.test("the paper has no band for a rate that nobody trains", () => {
  equal(paper(`${RATES}=[0.01]`).band, null);
});

Deno.test("the paper says nothing of another network", () => {
  for (
    const setting of [
      "network.encoder=[8, 4, 3]",
      "network.decoder=[4, 9]",
      "network.kernel=5",
      "training.batch_size=32",
    ]
  ) {
    deepEqual(paper(setting), { figures: [null, null, null], band: null });
  }
});

Deno.test("the paper speaks of the networks of an axis that are like its own", () => {
  deepEqual(
    paper(`${RATES}=[0.1]`, 'axes."training.batch_size"=[64, 32]').figures,
    [1, null],
  );
});
