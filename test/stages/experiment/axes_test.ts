/** Axes: what varies, the networks that follow, and the refusals. */
import { deepEqual, equal, ok as yes } from "node:assert/strict";
import fc from "fast-check";
import { readConfig } from "../../../pipeline/config/config.ts";
import { link } from "../../../pipeline/graph/link.ts";
import { select } from "../../../pipeline/graph/select.ts";
import { pipeline } from "../../../stages/experiment/pipeline.ts";
import { draw } from "../../../stages/paper/sample.ts";
import { experimentSchema } from "../../../stages/experiment/schema.ts";
import { variantsOf } from "../../../stages/experiment/study.ts";
import { message } from "../../pipeline/config/message.ts";
import { portable } from "../../rig/networks.ts";

const PATH = new URL("../../../experiment.toml", import.meta.url).pathname;

function experiment(...set: string[]) {
  return readConfig({ path: PATH, schema: experimentSchema, set });
}

/** The networks of the paper's experiment under some settings. */
function networks(...set: string[]) {
  const read = experiment(...set);
  yes(read.ok, message(read));
  return variantsOf(read.value.config).networks;
}

const names = (...set: string[]) => networks(...set).map(({ name }) => name);

/** Why a setting is refused, behind the setting. */
function refused(...set: string[]): string {
  const read = experiment(...set);
  yes(!read.ok, `${set.join(" ")} was taken`);
  return message(read).split(`${set.at(-1)}: `)[1] ?? message(read);
}

Deno.test("axes that are written in another order are the same study", () => {
  const one = 'axes."training.batch_size"=[64, 32]';
  const other = 'axes."network.encoder"=[[8, 4, 2], [16, 8, 4]]';
  const rates = 'axes."training.learning_rate"=[0.1]';
  deepEqual(names(rates, one, other), names(rates, other, one));
  deepEqual(names(rates, one, other), [
    "lr-0.1",
    "lr-0.1-batch_size-32",
    "lr-0.1-encoder-16-8-4",
    "lr-0.1-encoder-16-8-4-batch_size-32",
  ]);
});

Deno.test("another axis adds networks, and renames none that was there", () => {
  const before = names();
  deepEqual(before, ["lr-0.1", "lr-0.01", "lr-0.001"]);
  const after = names('axes."training.batch_size"=[64, 32]');
  deepEqual(after, [
    "lr-0.1",
    "lr-0.1-batch_size-32",
    "lr-0.01",
    "lr-0.01-batch_size-32",
    "lr-0.001",
    "lr-0.001-batch_size-32",
  ]);
  deepEqual(names('axes."training.seed"=[2, 1]'), [
    "lr-0.1-seed-2",
    "lr-0.1",
    "lr-0.01-seed-2",
    "lr-0.01",
    "lr-0.001-seed-2",
    "lr-0.001",
  ]);
  deepEqual(
    names(
      'axes."training.learning_rate"=[0.1]',
      'axes."network.encoder"=[[8, 4, 2], [16, 8, 4]]',
    ),
    ["lr-0.1", "lr-0.1-encoder-16-8-4"],
  );
});

Deno.test("what an axis says reaches the network's own settings, and its stages", () => {
  const read = experiment('axes."training.batch_size"=[64, 32]');
  yes(read.ok);
  const config = portable(read.value.config);
  const [first, second] = variantsOf(config).networks;
  deepEqual(
    [first?.training.batch_size, second?.training.batch_size],
    [64, 32],
  );
  deepEqual(first?.at, { lr: 0.1, seed: 1, batch_size: 64 });
  const graph = link(pipeline, config, () => undefined);
  yes(graph.ok);
  const { byId } = graph.value;
  const train = byId.get("train[lr=0.1,seed=1,batch_size=32]")!;
  equal(train.declaration.params?.batch_size, 32);
  equal(
    train.declaration.outputs.curve?.artifact,
    "curves/lr-0.1-batch_size-32.json",
  );
  const exported = byId.get("export[lr=0.1,seed=1,batch_size=32]")!;
  deepEqual(exported.producers.map(({ id }) => id), [
    "train[lr=0.1,seed=1,batch_size=32]",
    "prepare",
  ]);
  equal(exported.declaration.params?.["training.batch_size"], 32);
});

Deno.test("zipped axes advance together, and are crossed with the others", () => {
  deepEqual(
    names(
      'axes."training.learning_rate"=[0.1, 0.01]',
      'axes."training.batch_size"=[32, 64]',
      'axes."training.seed"=[1, 2]',
      'axes.zip=["training.learning_rate", "training.batch_size"]',
    ),
    [
      "lr-0.1-batch_size-32",
      "lr-0.1-seed-2-batch_size-32",
      "lr-0.01",
      "lr-0.01-seed-2",
    ],
  );
});

Deno.test("a random search draws the same values again, and keeps them when there are more", () => {
  const drawn = (samples: number) =>
    networks(
      `axes."training.learning_rate"={ log_uniform = [1e-4, 0.1], samples = ${samples}, seed = 1 }`,
    ).map(({ training }) => training.learning_rate);
  const thirty = drawn(30);
  equal(new Set(thirty).size, 30);
  deepEqual(drawn(10), thirty.slice(0, 10));
  yes(thirty.every((rate) => rate >= 1e-4 && rate <= 0.1));
  // As many in each decade, about; uniformly there would be three below 0.01.
  const below = thirty.filter((rate) => rate < 0.01).length;
  yes(below > 12 && below < 28, `${below} of 30 below 0.01`);
  deepEqual(
    networks(
      'axes."network.kernel"={ choice = [1, 3, 5], samples = 3, seed = 2 }',
    ).length,
    9,
  );
});

Deno.test("log_uniform is the power that it stands for", () => {
  fc.assert(fc.property(
    fc.double({ min: 1e-6, max: 1, noNaN: true, minExcluded: true }),
    fc.double({ min: 1.5, max: 1e6, noNaN: true }),
    fc.nat(1e6),
    (low, ratio, seed) => {
      const high = low * ratio;
      const at = {
        samples: 1,
        seed,
        purpose: "x",
        distinct: true,
        fits: () => true,
      };
      const [plain] = draw({ kind: "uniform", low: 0, high: 1 }, at)!;
      const [value] = draw({ kind: "log_uniform", low, high }, at)!;
      // Both have three digits, and the exponent is one of them.
      const expected = low * Math.pow(ratio, Number(plain));
      const near = Math.log(ratio) * 0.006 * Number(plain) + 0.006;
      yes(
        Math.abs(Number(value) / expected - 1) < near,
        `${value} ${expected}`,
      );
    },
  ));
});

Deno.test("a claim that names an axis that there is not is refused, with its line", () => {
  const claim = "claims.seen-in-the-image.holds";
  const holds =
    `${claim}='test.mse(lr=0.1, batch_size=32) > 1 and tolerance > 0'`;
  equal(
    refused(holds),
    `"test.mse" is selected by the axes lr, seed, and not by "batch_size"
test.mse(lr=0.1, batch_size=32) > 1 and tolerance > 0
^^^^^^^^`,
  );
  const axis = 'axes."training.batch_size"=[64, 32]';
  yes(experiment(axis, holds).ok);
  const quote =
    'paper.numbers=[{ file = "README.md", pattern = "{}", value = "test.mse(lr=1, kernel=3)" }]';
  equal(
    refused(axis, quote).split("\n")[0],
    '"test.mse" is selected by the axes lr, seed, batch_size, and not by "kernel"',
  );
});

const WRONG: [setting: string, seen: string][] = [
  [
    'axes."training.batch_sizes"=[64]',
    '"training.batch_sizes" is no setting that can vary; did you mean "training.batch_size"?',
  ],
  [
    "axes.lr=[1]",
    '"lr" is no setting that can vary; did you mean "training.learning_rate"?',
  ],
  [
    "axes.training.batch_size=[64]",
    'the path of a setting is one key, in quotes: "training.batch_size" = […]',
  ],
  [
    'axes."training.batch_size"=[64, 0]',
    "training.batch_size takes a whole number from 1 to 10000000, and not 0",
  ],
  ['axes."training.batch_size"=[]', "an axis needs at least one value"],
  [
    'axes."training.batch_size"=[64, 64]',
    "the value 64 stands there twice",
  ],
  [
    'axes."training.batch_size"=64',
    "an axis is a list of values, or a table with values or a distribution: " +
    "[64, 32] or { log_uniform = [1e-4, 0.1], samples = 30, seed = 1 }",
  ],
  [
    'axes."training.beta1"={ uniform = [0.5, 0.9], samples = 3 }',
    "a distribution needs a seed, a whole number, so that the same values come again",
  ],
  [
    'axes."training.beta1"={ uniform = [0.5, 0.9], samples = 1000000, seed = 1 }',
    "a distribution needs samples, a whole number from 1 to 10000",
  ],
  [
    'axes."training.beta1"={ uniform = [0.9, 0.5], samples = 3, seed = 1 }',
    "uniform takes two numbers, the smaller first",
  ],
  [
    'axes."training.beta1"={ log_uniform = [0, 0.5], samples = 3, seed = 1 }',
    "log_uniform takes two numbers greater than 0, the smaller first",
  ],
  [
    'axes."training.beta1"={ uniform = [2, 3], samples = 3, seed = 1 }',
    "uniform gives no 3 different values that training.beta1 takes, which are a number from 0 to less than 1",
  ],
  [
    'axes."training.beta1"={ values = [0.5], choice = [0.5] }',
    "an axis has one of values, uniform, log_uniform, choice, and this one has values and choice",
  ],
  [
    'axes."training.beta1"={ valuse = [0.5] }',
    'an axis has no "valuse"; it has name, values, uniform, log_uniform, choice, samples, seed; did you mean "values"?',
  ],
  [
    'axes."training.beta1"={ name = "lr", values = [0.5] }',
    'the axis of training.learning_rate is called "lr", too; ' +
    'give one of them another name, as in { name = "other", values = […] }',
  ],
  [
    'axes."training.seed"={ name = "run", values = [1] }',
    'the axis of training.seed is always called "seed"',
  ],
  [
    'axes."training.beta1"={ name = "Größe", values = [0.5] }',
    "an axis is named by lower case letters, digits and underscores",
  ],
  [
    'axes.zip=["training.beta1", "training.seed"]',
    'zip names "training.beta1", which is no axis; axes are training.learning_rate, training.seed',
  ],
  [
    'axes.zip=["training.learning_rate", "training.seed"]',
    "axes that advance together have equally many values; training.learning_rate has 3, training.seed has 1",
  ],
];

for (const [setting, seen] of WRONG) {
  Deno.test(`experimentSchema refuses ${setting}`, () => {
    equal(refused(setting).split("\n")[0], seen);
  });
}

Deno.test("a figure has the author's name, by which it can be asked for, and need not be drawn", () => {
  const drawn = (...set: string[]) => {
    const read = experiment(...set);
    yes(read.ok, message(read));
    const graph = link(pipeline, portable(read.value.config), () => undefined);
    yes(graph.ok);
    return graph.value;
  };
  const graph = drawn(
    'figures.latent.called="Figure 2"',
    'figures.reconstruction.called="Figure 1"',
    "figures.filters.drawn=false",
  );
  const chosen = (target: string) => {
    const found = select(graph, target);
    return found.ok
      ? found.value.map(({ id }) => id)
      : [found.failure.what, found.failure.hint];
  };
  deepEqual(chosen("figure 2"), ["figures[figure=latent]"]);
  deepEqual(chosen("Figure 1 (lr-0.01)"), [
    "figures[figure=reconstruction-lr-0.01]",
  ]);
  deepEqual(chosen("Figure 3"), [
    'Cannot find the stage "Figure 3"',
    'did you mean "Figure 2"?',
  ]);
  equal(graph.byId.has("figures[figure=filters]"), false);
  // Neither bears on a pixel.
  const { declaration } = graph.byId.get("figures[figure=latent]")!;
  const plain = drawn().byId.get("figures[figure=latent]")!;
  deepEqual(declaration.params, plain.declaration.params);
});
