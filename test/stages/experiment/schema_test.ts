import { deepEqual, equal, ok as yes } from "node:assert/strict";
import { readConfig } from "../../../pipeline/config/config.ts";
import { experimentSchema } from "../../../stages/experiment/schema.ts";
import { message } from "../../pipeline/config/message.ts";

const root = new URL("../../..", import.meta.url).pathname;
const TEXT = Deno.readTextFileSync(`${root}/experiment.toml`);

function experiment(
  laid: { text?: string; profile?: string; set?: string[] } = {},
) {
  const path = `${root}/experiment.toml`;
  return readConfig({ path, text: TEXT, schema: experimentSchema, ...laid });
}

/** Where a line that begins so stands in the published experiment. */
function line(start: string): number {
  return TEXT.split("\n").findIndex((one) => one.startsWith(start)) + 1;
}

Deno.test("experiment.toml is what the paper and its exercise sheet fix", () => {
  const read = experiment();
  yes(read.ok, message(read));
  const { training, network, dataset, axes, claims } = read.value.config;
  deepEqual(training, {
    learning_rate: 0.001,
    seed: 1,
    epochs: 10,
    batch_size: 64,
    images: "all",
    validation: 5000,
    engine: training.engine,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-7,
  });
  deepEqual([network.encoder, network.decoder], [[8, 4, 2], [4, 8]]);
  equal(dataset.name, "mnist");
  deepEqual(axes, {
    "training.learning_rate": [0.1, 0.01, 0.001],
    "training.seed": [1],
  });
  equal(claims.length, 3);
});

Deno.test("experiment.toml has a quick profile of 1 epoch and 6,400 images", () => {
  const read = experiment({ profile: "quick" });
  yes(read.ok, message(read));
  const { epochs, images } = read.value.config.training;
  deepEqual([epochs, images], [1, 6400]);
});

Deno.test("experiment.toml says the reason of every choice that bears on a result", () => {
  const lines = TEXT.split("\n");
  for (const table of ["network", "training", "axes", "reconstruction"]) {
    const from = lines.indexOf(`[${table}]`);
    const to = lines.findIndex((one, at) => at > from && one.startsWith("["));
    lines.slice(from, to).forEach((one, at, all) => {
      if (!/^["\w.]+ = /.test(one)) return;
      const above = all.slice(0, at).findLast((line) =>
        !/^["\w.]+ = /.test(line)
      );
      yes(above?.startsWith("# "), `[${table}] ${one}`);
    });
  }
});

/** What a setting is told that cannot be. */
const refused: [setting: string, seen: string, what?: string][] = [
  ["training.learning_rate=0", "a number greater than 0 and at most 10"],
  ["training.learning_rate=inf", "a number greater than 0 and at most 10"],
  ["training.seed=1.5", "a whole number from 0 to 2147483647"],
  ["training.epochs=0", "a whole number from 1 to 1000"],
  [
    "training.epochs=ten",
    "a whole number from 1 to 1000",
    'training.epochs is "ten"',
  ],
  ["training.batch_size=0", "a whole number from 1 to 10000000"],
  [
    "training.images=some",
    'the word "all" or a whole number from 1 to 10000000',
    'training.images is "some"',
  ],
  ["training.validation=0", "a whole number from 1 to 10000000"],
  [
    "training.engine=cud",
    'one of "auto", "portable", "native", "webgpu", "cuda"',
    'training.engine is "cud"',
  ],
  ["training.beta1=1", "a number from 0 to less than 1"],
  ["training.epsilon=0", "a number greater than 0 and at most 1"],
  ["network.kernel=4", "one of 1, 3, 5"],
  [
    "network.encoder=[8, 4]",
    "three numbers: filters of the three encoding convolutions",
  ],
  [
    'dataset.name="Fashion-MNIST"',
    "the name of a dataset: lower case letters, digits and underscores",
  ],
  ["dataset.mirrors=[]", "at least one mirror"],
  [
    'dataset.mirrors=["here"]',
    "a URL with http or https",
    'dataset.mirrors.0 is "here"',
  ],
  ["denoising.levels=[]", "a list with at least one entry"],
  ["denoising.shown=1.5", "a number from 0 to 1"],
  [
    "paper.experiment.band=[0.2, 0.1]",
    "two numbers, greater than 0, the smaller first",
  ],
  [
    "figures.latent.width=triple",
    'one of "single", "double"',
    'figures.latent.width is "triple"',
  ],
  ["authors=[]", "at least one author"],
  [
    'authors=[{ given = "Ada" }]',
    'a person (given = "…", family = "…"), or an organisation (name = "…" alone)',
    "authors.0 is a table",
  ],
  [
    'authors=[{ name = "A group", family = "Ada" }]',
    'a person (given = "…", family = "…"), or an organisation (name = "…" alone)',
    "authors.0 is a table",
  ],
  [
    "sandbox.require=none",
    'one of "deno", "kernel"',
    'sandbox.require is "none"',
  ],
  ["training=5", "a table"],
];

for (const [setting, allowed, what] of refused) {
  Deno.test(`experimentSchema refuses ${setting} and says what is allowed`, () => {
    const [key, value] = setting.split(/=(.*)/s);
    equal(
      message(experiment({ set: [setting] })),
      `Cannot use experiment.toml: ${what ?? `${key} is ${value}`}\n` +
        `--set ${setting}: allowed is ${allowed}`,
    );
  });
}

Deno.test("experimentSchema holds the batch against the images that are left", () => {
  const said = (...set: string[]) => message(experiment({ set }));
  equal(
    said("training.images=32"),
    `Cannot use experiment.toml: training.batch_size is wrong
experiment.toml:${
      TEXT.split("\n").lastIndexOf("batch_size = 64") + 1
    }:1: 64 is more than the 32 training images`,
  );
  equal(
    said("training.images=60000"),
    `Cannot use experiment.toml: training.images is wrong
--set training.images=60000: 60000 is more than the 55000 images that 5000 for validation leave`,
  );
  const axis = 'axes."training.batch_size"=[64, 55001]';
  equal(
    said(axis),
    `Cannot use experiment.toml: axes.training.batch_size is wrong
--set ${axis}: 55001 is more than the 55000 training images (of the network lr-0.001-batch_size-55001)`,
  );
  equal(experiment({ set: ["training.images=64"] }).ok, true);
  equal(
    said("training.validation=60000"),
    `Cannot use experiment.toml: training.validation is wrong
--set training.validation=60000: 60000 leaves none of the 60000 images to train with`,
  );
  equal(
    said("figures.images=[10000]"),
    `Cannot use experiment.toml: figures.images.0 is wrong
--set figures.images=[10000]: there is no test image 10000; they count from 0 to 9999`,
  );
  equal(
    said("denoising.images=10001"),
    `Cannot use experiment.toml: denoising.images is wrong
--set denoising.images=10001: 10001 is more than the 10000 test images`,
  );
});

Deno.test("experimentSchema points at the word of a claim that is wrong", () => {
  const text = TEXT.replace(
    "final(validation_loss(lr=0.01)) <",
    "fianl(validation_loss(lr=0.01)) <",
  );
  equal(
    message(experiment({ text })),
    `Cannot use experiment.toml: claims.small-rates-learn.holds is wrong
experiment.toml:${line("holds")}:1: "fianl" is not known; did you mean "final"?
at(validation_loss(lr=0.01), 3) < first(step_loss(lr=0.01)) / 5 and fianl(validation_loss(lr=0.01)) < 0.02 and
                                                                    ^^^^^`,
  );
});

Deno.test("experimentSchema refuses two claims of one id, a tolerance without use, and one that is missing", () => {
  const said = (from: string, to: string) =>
    message(experiment({ text: TEXT.replace(from, to) })).split("\n")[1];
  equal(
    said('id = "seen-in-the-image"', 'id = "small-rates-learn"'),
    `experiment.toml:${
      line("[[claims]]")
    }:1: allowed is claims with different ids`,
  );
  equal(
    said('where = "p. 2, Results"', 'where = "p. 2"\ntolerance = 1'),
    `experiment.toml:${
      line('where = "p. 2, Results"') + 1
    }:1: the expression does not use it`,
  );
  equal(
    said("tolerance = 0.002\n", ""),
    `experiment.toml:${
      TEXT.split("\n").findIndex((one) =>
        one === 'id = "large-rate-does-not"'
      ) +
      7
    }:1: no "tolerance" is set here`,
  );
});

Deno.test("experimentSchema checks quoted numbers", () => {
  const quote = (file: string, pattern: string, value: string) =>
    message(
      experiment({
        set: [
          `paper.numbers=[{ file = '${file}', pattern = '${pattern}', value = '${value}' }]`,
        ],
      }),
    ).split("\n")[1]?.split("}]: ")[1];
  const right = ["README.md", "an error of {}", "test.mse(lr=0.01)"] as const;
  equal(quote(...right), undefined);
  equal(
    quote("../README.md", right[1], right[2]),
    "allowed is a path inside of the project",
  );
  equal(
    quote(right[0], "no number", right[2]),
    'it takes one {} where the number stands, as in "an error of {} on the test images"',
  );
  equal(
    quote(right[0], right[1], "test.mse(lr=0.01) < 1"),
    "a statement stands where a number is expected",
  );
});

Deno.test("experimentSchema refuses what no path, permission, archive or plan can take", () => {
  const seeds = JSON.stringify(Array.from({ length: 4000 }, (_, i) => i));
  for (
    const [setting, allowed] of [
      ["paper.experiment.band=[0.1, inf]", "two numbers"],
      ['paper.title="\\u001b[2J"', "without control characters"],
      ['paper.version="../../x"', "a version such as 1.0.0"],
      ['dataset.mirrors=["http://a,b/"]', "a URL with http or https"],
      ['dataset.mirrors=["http://*/"]', "a URL with http or https"],
      ['dataset.mirrors=["http://localhost:0/"]', "a URL with http or https"],
      [
        `axes."training.seed"=${seeds}`,
        "12000 networks; allowed are at most 10000",
      ],
      [
        'paper.numbers=[{file="a\\u0000b",pattern="{}",value="test.mse(lr=1)"}]',
        "without control characters",
      ],
      [
        'paper.numbers=[{file="a",pattern="{}\\u0000",value="test.mse(lr=1)"}]',
        "without control characters",
      ],
    ] as const
  ) {
    const read = experiment({ set: [setting] });
    yes(message(read).includes(allowed), `${setting}: ${message(read)}`);
  }
  for (
    const mirror of [
      "http://127.0.0.1:8000/",
      "http://[::1]:80/mnist",
      "https://my_host.example.org/a?b",
    ]
  ) {
    yes(experiment({ set: [`dataset.mirrors=["${mirror}"]`] }).ok, mirror);
  }
});

Deno.test("a number is quoted by a text, or has the name of a macro, or both", () => {
  const said = (table: string) =>
    message(experiment({ set: [`paper.numbers=[${table}]`] }))
      .split("}]: ")[1] ?? "";
  const value = 'value = "test.mse(lr=0.01)"';
  equal(said(`{ name = "mse", ${value} }`), "");
  equal(
    said(`{ ${value} }`),
    "a number is quoted by a text (file and pattern), or has the name of a macro, or both",
  );
  equal(
    said(`{ file = "README.md", ${value} }`),
    "file and pattern belong together: in which text which words quote the number",
  );
  equal(
    said(`{ file = "a", pattern = "{}", digits = 2, ${value} }`),
    "digits are those of a macro, and there is no name of one",
  );
  equal(
    said(`{ name = "mse1", ${value} }`),
    "allowed is the name of a macro of LaTeX, of letters alone",
  );
  equal(
    said(`{ name = "mse", ${value} }, { name = "mse", ${value} }`),
    "allowed is numbers with different names",
  );
});
