/** Batch-innermost images: moves of pixels, one by one and after each other. */
import assert from "node:assert/strict";
import { GraphBuilder } from "../../../stages/onnx/builder.ts";
import { model } from "../../../stages/onnx/model.ts";
import { encode } from "../../../stages/onnx/wire.ts";
import {
  type Chwn,
  crop,
  depthToSpace,
  dims,
  im2col,
  type Images,
  pad,
  spaceToDepth,
} from "../../../stages/training/chwn/layout.ts";
import { portable } from "../../../stages/onnx/portable.ts";

const open = portable();
const BATCH = 3;
const SHAPE = { channels: 2, height: 4, width: 6 };
const numbers = Float32Array.from(
  { length: 2 * 4 * 6 * BATCH },
  (_, index) => index + 1,
);

/** What some moves make of the image of numbers, and how many operators they take. */
async function moved(
  move: (chwn: Chwn, images: Images) => Images,
): Promise<{ values: number[]; gathers: number }> {
  const builder = new GraphBuilder();
  const { value: output } = move({ builder, batch: BATCH }, {
    ...SHAPE,
    value: "x",
  });
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

Deno.test("spaceToDepth() puts the pixels of a block behind each other, depthToSpace() back", async () => {
  for (const order of ["pixel first", "channel first"] as const) {
    const { values } = await moved((chwn, images) =>
      spaceToDepth(chwn, images, order)
    );
    // [pixel · channel, down, across, image]: pixel (1, 0) of channel 1, block (1, 2)
    const channel = order === "pixel first" ? 2 * 2 + 1 : 1 * 4 + 2;
    const at = ((channel * 2 + 1) * 3 + 2) * BATCH + 2;
    assert.equal(values[at], number(1, 2 + 1, 4 + 0, 2));
    const back = await moved((chwn, images) => {
      const { builder } = chwn;
      const there = spaceToDepth(chwn, images, order);
      // Something that cannot be moved through.
      const value = builder.node("Neg", [builder.node("Neg", [there.value])]);
      return depthToSpace(chwn, { ...there, value }, order);
    });
    assert.deepEqual(back.values, [...numbers]);
  }
});

Deno.test("moves that follow each other are one, and those that cancel none", async () => {
  const one = await moved((chwn, images) =>
    crop(chwn, pad(chwn, images, 1), {
      from: [1, 0, 1],
      to: { channels: 1, height: 2, width: 2 },
    })
  );
  assert.equal(one.gathers, 1);
  assert.deepEqual(
    one.values,
    [[-1, 0], [-1, 1], [0, 0], [0, 1]].flatMap(([row, column]) =>
      [0, 1, 2].map((image) => number(1, row!, column!, image))
    ),
  );
  for (
    const there of [
      (chwn: Chwn, images: Images) =>
        depthToSpace(
          chwn,
          spaceToDepth(chwn, images, "pixel first"),
          "pixel first",
        ),
      (chwn: Chwn, images: Images) => pad(chwn, pad(chwn, images, 1), -1),
    ]
  ) {
    const none = await moved(there);
    assert.equal(none.gathers, 0);
    assert.deepEqual(none.values, [...numbers]);
  }
});

Deno.test("im2col() gives what each pixel reads, then ones that padding cuts off, or ones", async () => {
  const read = async (ones: "channel" | "row") => {
    const { values } = await moved((chwn, images) =>
      im2col(chwn, images, { taps: [2, 2], margin: 1, output: SHAPE, ones })
    );
    return {
      rows: values.length / (4 * 6 * BATCH),
      at: (row: number, [r, c]: number[], image: number) =>
        values[((row * 4 + r!) * 6 + c!) * BATCH + image],
    };
  };
  const { rows, at } = await read("channel");
  assert.equal(rows, 3 * 4);
  // Tap (0, 1) of channel 1: previous row, same column.
  assert.equal(at(5, [2, 3], 1), number(1, 1, 3, 1));
  assert.equal(at(5, [0, 3], 1), 0);
  // The channel of ones: tap (0, 0) looks one row up and one column left.
  assert.equal(at(8, [0, 1], 0), 0);
  assert.equal(at(8, [1, 0], 0), 0);
  assert.equal(at(8, [1, 1], 0), 1);
  // A row of ones knows no padding.
  const last = await read("row");
  assert.equal(last.rows, 2 * 4 + 1);
  assert.equal(last.at(5, [2, 3], 1), number(1, 1, 3, 1));
  assert.equal(last.at(8, [0, 5], 2), 1);
});

Deno.test("im2col() with a stride leaves out what lies between", async () => {
  const { values } = await moved((chwn, images) =>
    im2col(chwn, images, {
      taps: [3, 2],
      margin: 1,
      stride: 2,
      output: { height: 2, width: 3 },
    })
  );
  assert.equal(values.length, 2 * 3 * 2 * (2 * 3) * BATCH);
  const at = (row: number, [r, c]: number[], image: number) =>
    values[((row * 2 + r!) * 3 + c!) * BATCH + image];
  // Tap (2, 1) of channel 1: of pixel (1, 2) that is row 1 · 2 + 2 − 1.
  assert.equal(at(6 + 5, [1, 2], 1), number(1, 3, 4, 1));
  assert.equal(at(6, [1, 0], 1), 0);
});
