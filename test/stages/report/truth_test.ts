/** The report says what is so, for networks and data that are not the paper's. */
import assert from "node:assert/strict";
import { difference, TOLERANCE } from "../../../stages/report/agreement.ts";
import type { Chain } from "../../../stages/network/layer.ts";
import { codeOf } from "../../../stages/network/layer.ts";
import { parameters, weights } from "../../../stages/network/weights.ts";
import { modelGraph } from "../../../stages/export/graph.ts";
import { toBytes } from "../../../stages/evaluation/picture.ts";
import { model } from "../../../stages/onnx/model.ts";
import { portable } from "../../../stages/onnx/portable.ts";
import { encode } from "../../../stages/onnx/wire.ts";
import { stream } from "../../../stages/random/stream.ts";
import { fixture, type Options } from "./fixture.ts";

/** The page's words, without its scripts and styles. */
async function words(options: Options): Promise<string> {
  await using made = await fixture(options);
  return new TextDecoder().decode(await made.render())
    .replace(/<(script|style)\b.*?<\/\1>/gs, "")
    .replace(/[ \n]+/g, " "); // narrow spaces stay
}

Deno.test("report() names the code of its own networks, not of the paper's", async () => {
  const page = await words({ network: { encoder: [8, 4, 3] } });
  assert.match(page, /the bottleneck of 147 numbers/);
  assert.match(page, /the 3 7×7 maps of the code/);
});

Deno.test("report() speaks of no bottleneck where the code is no narrower than an image", async () => {
  const page = await words({ network: { encoder: [8, 4, 16] } });
  assert.doesNotMatch(page, /bottleneck|too few to hold/);
  assert.match(page, /the 16 7×7 maps of the code/);
});

Deno.test("report() says how many of the training images were used", async () => {
  assert.match(
    await words({ images: 3200 }),
    /the first 3\u202f200 of 6\u202f400 images for training/,
  );
  assert.match(
    await words({ images: "all" }),
    /MNIST, 6\u202f400 images for training/,
  );
});

Deno.test("report() counts one network as one", async () => {
  const page = await words({ rates: [0.01] });
  assert.match(page, /Training: 1 network, over 4 epochs and 200 steps\./);
  assert.doesNotMatch(page, /\b1 (networks|epochs|seeds|images)\b/);
});

Deno.test("report() says that the grey band is a claim's only where a claim has it", async () => {
  const range = (holds: string) => [
    { id: "one", sentence: "It is so.", where: "p. 1", holds, epochs: 1 },
  ];
  const its = /the claim <a href="#claim-one">one<\/a> speaks/;
  const inside = "min(validation_loss(lr=0.1)) in 0.1..0.12";
  assert.match(await words({ claims: range(inside) }), its);
  assert.doesNotMatch(
    await words({ claims: range("final(validation_loss(lr=0.1)) < 0.12") }),
    its,
  );
});

Deno.test("report() shows what other stages measured, with units and the best", async () => {
  const page = await words({
    more: {
      axes: { batch_size: { setting: "training.batch_size", base: 64 } },
      kinds: { "classify.accuracy": { unit: "%", better: "more" } },
      measured: {
        classify: {
          a: {
            at: { lr: 0.1, batch_size: 32 },
            values: { accuracy: 91.5, losses: [3, 2] },
          },
          b: { at: { lr: 0.1 }, values: { accuracy: 97.25 } },
        },
        count: { all: { at: {}, values: { words: 12 } } },
      },
    },
  });
  const rows = [...page.matchAll(/<tr>(.*?)<\/tr>/g)].map(([row]) =>
    row.replace(/<(\/?strong)>/g, "[$1]").replace(/<[^>]*>/g, " ")
      .replace(/[ \u2007\u2008]+/g, " ").trim()
  );
  for (
    const row of [
      "lr batch_size accuracy, % losses (last)",
      "0.1 32 91.50 2",
      "0.1 64 [strong]97.25[/strong] –",
      "Point words",
      "all 12",
    ]
  ) {
    assert(rows.includes(row), `${row} is not in\n${rows.join("\n")}`);
  }
});

Deno.test("report() leaves the networks out where its own forward pass differs from what was measured", async () => {
  const page = await words({
    measured: (outputs) => outputs.map((grey, at) => at === 99 ? 255 : grey),
  });
  assert.match(
    page,
    /The trained networks do not run in this page: its own forward pass differs .* by up to \d\.\d+ in a grey value of 0…1, more than the 0\.0021 that rounding explains/,
  );
  assert.doesNotMatch(page, /id="pad"/);
  assert.match(await words({}), /id="pad"/);
});

Deno.test("report() leaves out weights that would make it too large", async () => {
  const page = await words({
    network: { encoder: [8, 64, 128], decoder: [64, 64], kernel: 5 },
  });
  assert.match(
    page,
    /have \d{3}\u202f\d{3} parameters each\. In this page they would take \d+ MB/,
  );
  assert.doesNotMatch(page, /id="pad"/);
});

/** Chains that the paper's network is none of: padding, sizes and growth of other kinds. */
const CHAINS: { readonly [name: string]: Chain } = {
  "valid convolutions": {
    input: { channels: 1, height: 9, width: 8 },
    layers: [
      {
        kind: "convolution",
        name: "a",
        filters: 3,
        kernel: [3, 2],
        before: [0, 0],
        after: [0, 0],
        activation: "relu",
      },
      {
        kind: "transposed",
        name: "b",
        filters: 1,
        kernel: [1, 1],
        activation: "linear",
      },
    ],
  },
  "growth by three and two": {
    input: { channels: 1, height: 7, width: 5 },
    layers: [
      { kind: "pooling", name: "a", pool: [3, 2] },
      {
        kind: "convolution",
        name: "b",
        filters: 2,
        kernel: [2, 4],
        before: [0, 1],
        after: [1, 2],
        activation: "linear",
      },
      {
        kind: "transposed",
        name: "c",
        filters: 1,
        kernel: [3, 2],
        activation: "relu",
      },
    ],
  },
};

for (const [name, chain] of Object.entries(CHAINS)) {
  Deno.test(`the page's forward pass gives what the exported model does: ${name}`, async () => {
    const list = weights(chain);
    const random = stream(5, "test");
    const values = Float32Array.from(
      { length: parameters(list) },
      () => random.between(-0.5, 0.7),
    );
    const { height, width } = chain.input;
    const original = Uint8Array.from(
      { length: height * width },
      (_, at) => at * 37 % 256,
    );
    await using session = await portable()(
      encode(model(modelGraph({ chain, weights: list, values }, "output"))),
    );
    const { output } = await session.run({
      image: {
        type: "float32",
        data: Float32Array.from(original, (grey) => grey / 255),
        dims: [1, 1, height, width],
      },
    });
    const code = codeOf(chain);
    const apart = difference(
      [original],
      [{
        architecture: { chain, code, parameters: values.length },
        outputs: [toBytes(output!)],
        weights: new Uint8Array(values.buffer),
      }],
    );
    assert(output!.some((value) => value > 0.01 && value < 1), "not dead");
    assert(apart <= TOLERANCE, `${apart}`);
  });
}

Deno.test("codeOf() is what the decoder starts from, however wide it is", () => {
  const convolution = (filters: number) => ({
    kind: "convolution" as const,
    name: "c",
    filters,
    kernel: [1, 1] as const,
    before: [0, 0] as const,
    after: [0, 0] as const,
    activation: "linear" as const,
  });
  const layers = [
    { kind: "pooling" as const, name: "p", pool: [2, 2] as const },
    convolution(100),
    {
      kind: "transposed" as const,
      name: "t",
      filters: 4,
      kernel: [2, 2] as const,
      activation: "linear" as const,
    },
    convolution(1),
  ];
  assert.deepEqual(
    codeOf({ input: { channels: 1, height: 28, width: 28 }, layers }),
    { layers: 2, shape: { channels: 100, height: 14, width: 14 } },
  );
});
