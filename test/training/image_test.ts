/** Images in lanes: moves of pixels, one by one and after each other. */
import assert from "node:assert/strict";
import { GraphBuilder } from "../../stages/onnx/builder.ts";
import { model } from "../../stages/onnx/model.ts";
import { encode } from "../../stages/onnx/wire.ts";
import {
  cut,
  dims,
  fromBlocks,
  type Lanes,
  padded,
  patches,
  toBlocks,
} from "../../stages/training/lanes/image.ts";
import { portable } from "../../stages/training/portable.ts";

const open = await portable();
const BATCH = 3;
const SHAPE = { channels: 2, height: 4, width: 6 };
const numbers = Float32Array.from(
  { length: 2 * 4 * 6 * BATCH },
  (_, index) => index + 1,
);
const blocks = { shape: SHAPE, block: [2, 3], order: "pixel first" } as const;

/** What some moves make of the image of numbers, and how many operators they take. */
async function moved(
  move: (lanes: Lanes, value: string) => string,
): Promise<{ values: number[]; gathers: number }> {
  const builder = new GraphBuilder();
  const lanes = { builder, batch: BATCH };
  const output = move(lanes, "x");
  const graph = builder.graph("moves", [{
    name: "x",
    type: "float32",
    dims: dims(SHAPE, BATCH),
  }], [{ name: output, type: "float32" }]);
  await using session = await open(encode(model(graph)));
  const results = await session.run({
    x: { type: "float32", data: numbers, dims: dims(SHAPE, BATCH) },
  });
  return {
    values: [...results[output]!],
    gathers: graph.nodes.filter(({ op }) => op === "Gather").length,
  };
}

/** The number of a pixel of an image of the batch; 0 outside. */
function number(channel: number, row: number, column: number, image: number) {
  const { height, width } = SHAPE;
  if (row < 0 || row >= height || column < 0 || column >= width) return 0;
  return ((channel * height + row) * width + column) * BATCH + image + 1;
}

Deno.test("toBlocks() puts the pixels of a block behind each other, fromBlocks() back", async () => {
  const { values } = await moved((lanes, value) =>
    toBlocks(lanes, value, blocks)
  );
  // [pixel, channel, down, across, image]: pixel (1, 2) of block (1, 0)
  const at = (((5 * 2 + 1) * 2 + 1) * 2 + 0) * BATCH + 2;
  assert.equal(values[at], number(1, 2 + 1, 0 + 2, 2));
  const back = await moved((lanes, value) => {
    const { builder } = lanes;
    // Something that cannot be moved through.
    const kept = builder.node("Neg", [
      builder.node("Neg", [toBlocks(lanes, value, blocks)]),
    ]);
    return fromBlocks(lanes, kept, blocks);
  });
  assert.deepEqual(back.values, [...numbers]);
});

Deno.test("moves that follow each other are one, and those that cancel none", async () => {
  const shape = { channels: 2, height: 6, width: 8 };
  const one = await moved((lanes, value) =>
    cut(
      lanes,
      padded(lanes, value, { shape: SHAPE, pads: [1, 1, 1, 1] }),
      { shape, row: 0, column: 1, height: 2, width: 2, channels: [1, 2] },
    )
  );
  assert.equal(one.gathers, 1);
  assert.deepEqual(
    one.values,
    [[-1, 0], [-1, 1], [0, 0], [0, 1]].flatMap(([row, column]) =>
      [0, 1, 2].map((image) => number(1, row!, column!, image))
    ),
  );
  const none = await moved((lanes, value) =>
    fromBlocks(lanes, toBlocks(lanes, value, blocks), blocks)
  );
  assert.equal(none.gathers, 0);
  assert.deepEqual(none.values, [...numbers]);
});

Deno.test("patches() gives what each place sees, then ones that padding cuts off, then ones", async () => {
  const output = { channels: 2, height: 4, width: 6 };
  const { values } = await moved((lanes, value) =>
    patches(lanes, value, {
      shape: SHAPE,
      taps: [2, 2],
      before: [1, 0],
      output,
      ones: "channel and row",
    })
  );
  const rows = values.length / (4 * 6 * BATCH);
  assert.equal(rows, 3 * 4 + 1);
  const at = (row: number, [r, c]: number[], image: number) =>
    values[((row * 4 + r!) * 6 + c!) * BATCH + image];
  // Tap (1, 1) of channel 1: same row, next column.
  assert.equal(at(7, [2, 3], 1), number(1, 2, 4, 1));
  assert.equal(at(7, [2, 5], 1), 0);
  // The channel of ones: tap (0, 0) looks one row up.
  assert.equal(at(8, [0, 0], 0), 0);
  assert.equal(at(8, [1, 0], 0), 1);
  assert.equal(at(12, [0, 5], 2), 1);
});
