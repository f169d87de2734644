/** The training step against PyTorch: a differentiation and an Adam that are not ours. */
import assert from "node:assert/strict";
import { weights } from "../../../stages/network/weights.ts";
import { plain } from "../../../stages/training/plain.ts";
import { portable } from "../../../stages/onnx/portable.ts";
import { optimised } from "../../../stages/training/optimised.ts";
import { ADAM, before, chain, run, runs, strokes, trainer } from "./fixture.ts";

const PYTHON = "/usr/bin/python3";
const STEPS = 20;
const BATCH = 16;
const script = new URL("./torch_losses.py", import.meta.url).pathname;

/** 32-bit floats, little-endian. */
function bytes(values: Float32Array): Uint8Array {
  const result = new Uint8Array(4 * values.length);
  const view = new DataView(result.buffer);
  values.forEach((value, index) => view.setFloat32(4 * index, value, true));
  return result;
}

Deno.test("both forms have the first losses that PyTorch has", {
  ignore: !runs(PYTHON, ["-c", "import torch"], "the comparison with PyTorch"),
}, async () => {
  const of = chain();
  const start = before(of, 1);
  const images = strokes(STEPS * BATCH, 1);
  const adam = { ...ADAM, learningRate: 0.01 };
  const folder = await Deno.makeTempDir({ prefix: "facsimile-torch-" });
  try {
    const grey = Float32Array.from(images, (value) => value / 255);
    await Deno.writeFile(`${folder}/weights.f32`, bytes(start.parameters));
    await Deno.writeFile(`${folder}/images.f32`, bytes(grey));
    await Deno.writeTextFile(
      `${folder}/case.json`,
      JSON.stringify({
        batch: BATCH,
        learning_rate: adam.learningRate,
        weights: weights(of),
      }),
    );
    const { stdout, stderr, code } = await new Deno.Command(PYTHON, {
      args: [script, folder],
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    const expected: number[] = JSON.parse(new TextDecoder().decode(stdout));
    assert.equal(expected.length, STEPS);
    for (const lowering of [plain, optimised]) {
      await using one = await trainer(portable(), {
        lowering,
        of,
        batch: BATCH,
        adam,
        start,
      });
      const found = await run(one, {
        images,
        steps: STEPS,
        bytes: BATCH * 28 * 28,
        adam,
      });
      found.forEach((loss, step) =>
        assert.ok(
          Math.abs(loss - expected[step]!) < 1e-5 * expected[step]!,
          `step ${step + 1}: ${loss}, not ${expected[step]}`,
        )
      );
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
