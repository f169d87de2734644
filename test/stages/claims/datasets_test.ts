/** Claims over networks of several datasets: each on the data of which it speaks. */
import { deepEqual } from "node:assert/strict";
import { judgements } from "../../../stages/claims/judgement.ts";
import { selected } from "../../../stages/claims/selected.ts";
import type { Metrics } from "../../../stages/formats/metrics.ts";

const model = (data: string, mse: number): Metrics["models"][string] => ({
  learning_rate: 0.1,
  seed: 1,
  at: { dataset: data },
  epochs: [{ epoch: 1, train_loss: mse, validation_loss: mse }],
  engine: "portable",
  test: { mse, psnr: 20, ssim: 0.9 },
  denoising: { images: 1, clean_mse: mse, levels: [] },
});

const told = (name: string, stand_in = false) => ({
  name: stand_in ? "glyphs" : name,
  stand_in,
  sha256: {},
});

/** Verdict and first number, or the reason, of a claim on MNIST and Fashion-MNIST. */
function judged(
  holds: string,
  data?: string,
  standIn = false,
  base: "mnist" | "fashion" = "mnist",
): readonly [string, number | string | undefined] {
  const mnist = told("mnist", standIn);
  const [judgement] = judgements(
    [{
      id: "c",
      sentence: "s",
      where: "w",
      holds,
      epochs: 1,
      ...(data !== undefined && { data }),
    }],
    {
      dataset: base === "mnist" ? mnist : told("fashion"),
      datasets: { mnist, fashion: told("fashion") },
      axes: { dataset: { setting: "dataset.name", base } },
      models: {
        "lr-0.1": model("mnist", 0.25),
        "lr-0.1-dataset-fashion": model("fashion", 0.5),
      },
      measured: {
        sharp: {
          a: { at: { lr: 0.1, seed: 1 }, values: { s: 3 } },
          b: { at: { lr: 0.1, seed: 1, dataset: "fashion" }, values: { s: 4 } },
        },
      },
    },
    new Map(),
  );
  const { verdict, evidence } = judgement!; // one claim, one judgement
  return [
    verdict,
    verdict === "not judged"
      ? evidence.summary
      : Object.values(evidence.seeds[1]?.values ?? {})[0],
  ];
}

Deno.test("a claim is judged on the networks of its own data", () => {
  const small = "test.mse(lr=0.1) < 1";
  deepEqual(judged(small, "mnist"), ["holds", 0.25]);
  deepEqual(judged(small, "fashion"), ["holds", 0.5]);
  deepEqual(judged(small), ["holds", 0.25]);
  deepEqual(judged('test.mse(lr=0.1, dataset="fashion") < 1'), ["holds", 0.5]);
  deepEqual(judged("sharp.s(lr=0.1) > 0", "mnist"), ["holds", 3]);
  deepEqual(judged("sharp.s(lr=0.1) > 0", "fashion"), ["holds", 4]);
});

Deno.test("a claim on data that no network is of is not judged", () => {
  deepEqual(judged("test.mse(lr=0.1) < 1", "kmnist"), [
    "not judged",
    "the paper speaks of kmnist, and this run is of mnist and fashion",
  ]);
});

Deno.test("a stand-in for one dataset leaves claims on the others", () => {
  const small = "test.mse(lr=0.1) < 1";
  deepEqual(judged(small, "fashion", true), ["holds", 0.5]);
  deepEqual(judged(small, "mnist", true), [
    "not judged",
    "stand-in data: the paper speaks of MNIST",
  ]);
  const both =
    'test.mse(lr=0.1, dataset="fashion") > test.mse(lr=0.1, dataset="mnist")';
  deepEqual(judged(both, undefined, true)[0], "not judged");
  deepEqual(judged(both, undefined, true, "fashion")[0], "not judged");
  deepEqual(judged(both)[0], "holds");
});

Deno.test("selected() finds the places that an expression names, however deep", () => {
  deepEqual(
    selected(
      'not -at(step_loss(dataset="a"), 2) in test.mse(dataset="b")..1 or test.mse(lr=2) within test.mse(dataset="c", lr=1) of 3',
      "dataset",
    ),
    ["a", "b", "c"],
  );
});
