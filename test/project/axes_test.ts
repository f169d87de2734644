/** A study of two axes, from its settings to its verdicts. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { perform } from "../rig/perform.ts";

Deno.test("a study of batch sizes is measured, judged and named by them", async () => {
  const folder = await Deno.makeTempDir({ prefix: "facsimile-axes-" });
  try {
    const { artifacts } = await perform(folder, {
      set: [
        'axes."training.learning_rate"=[0.1, 0.01]',
        'axes."training.batch_size"=[8, 4]',
        "training.batch_size=8",
        "training.epochs=1",
        "training.images=64",
        "training.validation=8",
        "denoising.images=4",
        "denoising.levels=[0.3]",
        "claims.seen-in-the-image.epochs=1",
        "claims.seen-in-the-image.holds='''" +
        "tolerance > 0 and test.mse(lr=0.1, batch_size=4) > 0 and final(train_loss(lr=0.1)) > 0'''",
      ],
      counts: { train: 64, validation: 8, test: 10 },
      standIn: false,
      data: null,
    });
    const read = (name: string) =>
      JSON.parse(readFileSync(join(folder, artifacts[name]!), "utf8")); // it was made
    const { axes, models } = read("metrics.json");
    deepEqual(axes, {
      batch_size: { setting: "training.batch_size", base: 8 },
    });
    const names = [
      "lr-0.01",
      "lr-0.01-batch_size-4",
      "lr-0.1",
      "lr-0.1-batch_size-4",
    ];
    deepEqual(Object.keys(models), names);
    deepEqual(models["lr-0.1"].at, { batch_size: 8 });
    deepEqual(models["lr-0.1-batch_size-4"].at, { batch_size: 4 });
    for (const name of names) {
      const curve = read(`curves/${name}.json`);
      equal(curve.batch_size, name.endsWith("-4") ? 4 : 8, name);
      equal(curve.steps.length, 64 / curve.batch_size, name);
      ok(artifacts[`models/${name}.onnx`] !== undefined, name);
      ok(artifacts[`figures/reconstruction-${name}.png`] !== undefined, name);
    }
    const claim = read("claims.json").find(({ id }: { id: string }) =>
      id === "seen-in-the-image"
    );
    equal(claim.verdict, "holds");
    const { values } = claim.evidence.seeds[1];
    deepEqual(Object.keys(values).toSorted(), [
      "final(train_loss(lr=0.1))",
      "test.mse(lr=0.1, batch_size=4)",
      "tolerance",
    ]);
    const six = (value: number) => Number(value.toPrecision(6));
    equal(
      values["test.mse(lr=0.1, batch_size=4)"],
      six(models["lr-0.1-batch_size-4"].test.mse),
    );
    equal(
      values["final(train_loss(lr=0.1))"],
      six(models["lr-0.1"].epochs.at(-1).train_loss),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
