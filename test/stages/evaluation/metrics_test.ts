import assert from "node:assert/strict";
import { gatherMeasured } from "../../../stages/evaluation/measured.ts";
import metrics from "../../../stages/evaluation/metrics.ts";
import { studyOf } from "../../rig/networks.ts";
import { rig } from "../../rig/task.ts";

const DATASET = {
  name: "mnist",
  stand_in: false,
  sha256: { "train-images-idx3-ubyte.gz": "00" },
  counts: { train: 1, validation: 1, test: 1 },
  height: 28,
  width: 28,
};
const EPOCHS = [{ epoch: 1, train_loss: 0.02, validation_loss: 0.01 }];
const LEVELS = [
  { level: 0.1, noisy_mse: 0.006, output_mse: 0.009, output_noisy_mse: 0.012 },
];

/** The stage's result for models at these rates and seeds. */
async function gathered(points: readonly { lr: number; seed: number }[]) {
  const folder = await Deno.makeTempDir();
  const put = (name: string, content: unknown) => {
    Deno.writeTextFileSync(`${folder}/${name}`, JSON.stringify(content));
    return `${folder}/${name}`;
  };
  const every = (
    name: string,
    content: (point: { lr: number; seed: number }) => unknown,
  ) =>
    points.map((point) => ({
      point,
      path: put(`${name}-${point.lr}-${point.seed}`, content(point)),
    }));
  await using stage = await rig({
    params: { study: studyOf(points), data: ["mnist"] },
    inputs: {
      dataset: put("dataset", DATASET),
      curves: every("curve", ({ lr, seed }) => ({
        learning_rate: lr,
        seed,
        engine: { name: "portable", version: "1.30.0" },
        batch_size: 64,
        steps_per_epoch: 1,
        steps: [0.1],
        epochs: EPOCHS,
      })),
      // In another order: files belong together by point, not by place.
      qualities: every("quality", ({ lr, seed }) => ({
        mse: lr / 10 * seed,
        psnr: 20,
        ssim: 0.9,
        agreement: { runtimes: [], bound: 1e-5, holds: true },
      })).reverse(),
      denoisings: every("denoising", () => ({
        images: 10,
        noise: "",
        shown_level: 0.1,
        clean_mse: 0.01,
        spread: 0.05,
        levels: LEVELS,
      })),
    },
  });
  metrics(stage.task);
  await Deno.remove(folder, { recursive: true });
  return JSON.parse(stage.text("metrics"));
}

Deno.test("metrics() joins a model's files by its point", async () => {
  const { dataset, models } = await gathered([
    { lr: 0.1, seed: 1 },
    { lr: 0.001, seed: 1 },
  ]);
  assert.deepEqual(dataset, {
    name: "mnist",
    stand_in: false,
    sha256: DATASET.sha256,
  });
  assert.deepEqual(Object.keys(models), ["lr-0.001", "lr-0.1"]);
  assert.deepEqual(models["lr-0.1"], {
    learning_rate: 0.1,
    seed: 1,
    engine: "portable",
    epochs: EPOCHS,
    test: { mse: 0.01, psnr: 20, ssim: 0.9 },
    denoising: { images: 10, clean_mse: 0.01, levels: LEVELS },
  });
  assert.equal(models["lr-0.001"].test.mse, 0.0001);
});

Deno.test("metrics() names seeds where there are several, and says what they have in common", async () => {
  const { models, seeds } = await gathered([
    { lr: 0.1, seed: 1 },
    { lr: 0.1, seed: 2 },
  ]);
  const same = (value: number) => ({
    mean: value,
    least: value,
    greatest: value,
  });
  assert.deepEqual(seeds, {
    "lr-0.1": {
      validation_loss: same(0.01),
      mse: { mean: 0.015, least: 0.01, greatest: 0.02 },
      psnr: same(20),
      ssim: same(0.9),
    },
  });
  assert.deepEqual(Object.keys(models), ["lr-0.1", "lr-0.1-seed-2"]);
});

Deno.test("gatherMeasured() takes what any stage measured, and refuses two units of one measure", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const files = (contents: readonly unknown[]) =>
      contents.map((content, index) => {
        const path = `${folder}/${index}.json`;
        Deno.writeTextFileSync(path, JSON.stringify(content));
        return { point: contents.length > 1 ? { size: index } : {}, path };
      });
    const gathered = (...contents: unknown[]) =>
      gatherMeasured({ inputs: () => files(contents) }, ["fit"]);
    assert.deepEqual(gathered({ share: 0.5, loss: [2, 1] }), {
      measured: {
        fit: { all: { at: {}, values: { share: 0.5, loss: [2, 1] } } },
      },
    });
    assert.deepEqual(
      gathered({ t: { value: 1, unit: "ms" } }, {
        t: { value: 2, unit: "ms" },
      }),
      {
        measured: {
          fit: {
            "size-0": { at: { size: 0 }, values: { t: 1 } },
            "size-1": { at: { size: 1 }, values: { t: 2 } },
          },
        },
        kinds: { "fit.t": { unit: "ms" } },
      },
    );
    assert.throws(
      () =>
        gathered({ t: { value: 1, unit: "ms" } }, {
          t: { value: 2, unit: "s" },
        }),
      {
        message: "Cannot gather fit.t",
        seen:
          'it has the unit "ms" in fit[size=0], and the unit "s" in fit[size=1]',
        hint: "let every instance of the stage give it one unit and direction",
      },
    );
    assert.throws(
      () => gathered({ t: 1 }, { t: { value: 2, better: "more" } }),
      {
        seen:
          "it has no unit in fit[size=0], and no unit and more as the better in fit[size=1]",
      },
    );
    assert.throws(() => gathered({ "Mean Error": 1 }), {
      message: "Cannot read what fit measured",
      seen:
        "at Mean Error: names of lower case letters, digits and underscores",
    });
    assert.throws(() => gathered({ t: 1 }, { t: "many" }), {
      message: "Cannot read what fit[size=1] measured",
      seen:
        'at t: a number, a list of numbers, or {"value", "unit", "better": "less" or "more"}',
    });
    for (
      const wrong of [{ t: null }, { T: 1 }, { t: [] }, {
        t: { value: 1, beter: "less" },
      }, []]
    ) {
      assert.throws(
        () => gathered(wrong),
        { name: "StageError" },
        JSON.stringify(wrong),
      );
    }
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
