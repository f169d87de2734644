/**
 * Random experiments that the schema admits, small enough to be performed in a few
 * seconds: what no default shows.
 */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import type { Experiment } from "../../stages/experiment/schema.ts";
import {
  experimentOf,
  type Other,
  type Performed,
  type Sketch,
} from "./perform.ts";

/** The most learning rates here, and so many seeds that means and bands are drawn. */
const RATES = 9;
const SEEDS = 3;

/** A learning rate as people write it: one or two digits, from 1e-6 to 1. */
const rate = fc.oneof(
  fc.constantFrom(0.1, 0.01, 0.001),
  fc.tuple(fc.integer({ min: 10, max: 99 }), fc.integer({ min: -7, max: -2 }))
    .map(([digits, power]) => Number(`${digits}e${power}`)),
);

/** A share, from 0 to 1, of at most three digits. */
const share = fc.integer({ min: 0, max: 1000 }).map((n) => n / 1000);

const width = fc.constantFrom("single", "double");
const filters = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 8 }) },
  fc.integer({ min: 9, max: 40 }),
);

const distinct = <T>(one: fc.Arbitrary<T>, most: number) =>
  fc.uniqueArray(one, { minLength: 1, maxLength: most });

/** What varies: a few rates, more than there are colours, several seeds, or another setting. */
const axes = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      rates: distinct(rate, 3),
      seeds: distinct(fc.nat(9), 1),
    }),
  },
  fc.record({ rates: distinct(rate, RATES), seeds: distinct(fc.nat(9), 1) }),
  fc.record({
    rates: distinct(rate, 3),
    seeds: distinct(fc.nat({ max: 2 ** 31 - 1 }), SEEDS),
  }),
  fc.record({
    rates: distinct(rate, 2),
    seeds: distinct(fc.nat(9), 2),
    other: fc.oneof(
      distinct(fc.integer({ min: 1, max: 4 }), 3).map((sizes) =>
        ["training.batch_size", sizes] as const
      ),
      distinct(fc.constantFrom(1, 2, 3), 2).map((epochs) =>
        ["training.epochs", epochs] as const
      ),
      distinct(fc.constantFrom(1, 3, 5), 2).map((kernels) =>
        ["network.kernel", kernels] as const
      ),
      fc.constantFrom([[2, 3, 1], [1, 2, 4]], [[8, 4, 2], [10, 1, 9]]).map(
        (encoders) => ["network.encoder", encoders] as const,
      ),
    ),
  }),
);

const network = fc.oneof(
  // The shipped one as often as all others, for what is said of it alone.
  fc.constant(null),
  fc.record({
    encoder: fc.tuple(filters, filters, filters),
    decoder: fc.tuple(filters, filters),
    kernel: fc.constantFrom(1, 3, 5),
    relu: fc.constantFrom("convolutions", "convolutions-and-output"),
  }),
);

const counts = fc.record({
  train: fc.integer({ min: 16, max: 64 }),
  validation: fc.integer({ min: 8, max: 24 }),
  test: fc.integer({ min: 12, max: 40 }),
});

/** Images of other sizes than MNIST's, of a few classes or without labels. */
const other = fc.record({
  name: fc.constantFrom("leaves", "mnist_like", "b"),
  title: fc.constantFrom("Leaves of the garden", "x & <y>", "KMNIST"),
  height: fc.integer({ min: 3, max: 7 }).map((part) => 4 * part),
  width: fc.integer({ min: 3, max: 7 }).map((part) => 4 * part),
  classes: fc.nat(12),
});

/** An experiment and the images that it is performed on. */
export const experiments: fc.Arbitrary<Sketch> = fc.record({
  axes,
  network,
  counts,
  standIn: fc.boolean(),
  data: fc.option(other, { freq: 2 }),
  epochs: fc.integer({ min: 1, max: 3 }),
  part: fc.option(share),
  batch: share,
  levels: distinct(share, 6),
  shown: share,
  noisy: share,
  images: fc.option(distinct(fc.nat(11), 12)),
  widths: fc.tuple(width, width, width, width, width, width),
  scale: fc.constantFrom("log", "linear"),
  smoothing: fc.integer({ min: 1, max: 60 }),
}).map(
  (
    { axes, network, counts, standIn, data, epochs, images, widths, ...more },
  ) => {
    // The least whole number of a part that has one thing at least.
    const of = (share: number, all: number) =>
      Math.max(1, Math.floor(share * all));
    const used = more.part === null
      ? counts.train
      : Math.max("other" in axes ? 4 : 1, of(more.part, counts.train));
    const value = (path: string, what: unknown) =>
      `${path}=${JSON.stringify(what)}`;
    const figures = [
      "learning_curves",
      "reconstruction",
      "reconstructions",
      "denoising",
      "latent",
      "filters",
    ];
    return {
      counts,
      standIn: standIn && data === null,
      data,
      set: [
        ...(data
          ? [
            `datasets.${data.name}=${tableFor(data)}`,
            `dataset.name=${data.name}`,
          ]
          : []),
        value('axes."training.learning_rate"', axes.rates),
        value('axes."training.seed"', axes.seeds),
        ...("other" in axes
          ? [value(`axes."${axes.other[0]}"`, axes.other[1])]
          : []),
        value("training.epochs", epochs),
        value("training.images", more.part === null ? "all" : used),
        value("training.validation", counts.validation),
        value("training.batch_size", Math.min(of(more.batch, used), 16)),
        ...Object.entries(network ?? {}).map(([key, what]) =>
          value(`network.${key}`, what)
        ),
        value("denoising.levels", more.levels),
        value("denoising.shown", more.shown),
        value("denoising.images", of(more.noisy, counts.test)),
        value("figures.images", images ?? "one-per-digit"),
        ...figures.map((name, at) =>
          value(`figures.${name}.width`, widths[at])
        ),
        value("figures.learning_curves.scale", more.scale),
        value("figures.learning_curves.smoothing", more.smoothing),
      ],
    };
  },
);

/** The table of a dataset whose files nobody fetches here. */
function tableFor({ title, classes }: Other): string {
  const file = (name: string) =>
    `{ file = "${name}", bytes = 1, sha256 = "${"0".repeat(64)}" }`;
  return `{ title = ${JSON.stringify(title)}, ${
    ["train_images", "test_images", ...(classes > 0 ? ["test_labels"] : [])]
      .map((key) => `${key} = ${file(key)}`).join(", ")
  } }`;
}

/** A performed experiment, and all that it left. */
export class Performance implements Disposable {
  private constructor(
    readonly sketch: Sketch,
    readonly experiment: Experiment,
    readonly folder: string,
    readonly performed: Performed,
  ) {}

  /**
   * Performs a sketch in a process of its own: the sessions and pictures of many
   * experiments are more than one process takes.
   */
  static async of(sketch: Sketch): Promise<Performance> {
    const experiment = experimentOf(sketch);
    const folder = Deno.makeTempDirSync({ prefix: "performance-" });
    const program = new URL("perform.ts", import.meta.url).pathname;
    const { success, stdout, stderr } = await new Deno.Command(
      Deno.execPath(),
      {
        args: [
          "run",
          "-A",
          "--no-check",
          program,
          folder,
          JSON.stringify(sketch),
        ],
        env: { NO_COLOR: "1" },
      },
    ).output();
    if (!success) {
      rmSync(folder, { recursive: true });
      throw new Error(new TextDecoder().decode(stderr));
    }
    return new Performance(
      sketch,
      experiment,
      folder,
      JSON.parse(new TextDecoder().decode(stdout)),
    );
  }

  /** The names of all artifacts below `artifacts/`. */
  get artifacts(): string[] {
    return Object.keys(this.performed.artifacts);
  }

  /** An artifact as text. */
  text(artifact: string): string {
    const path = this.performed.artifacts[artifact];
    if (path === undefined) throw new Error(`there is no ${artifact}`);
    return readFileSync(join(this.folder, path), "utf8");
  }

  /** A stage's output as text: `read("prepare/dataset")`. */
  read(output: string): string {
    return readFileSync(join(this.folder, output), "utf8");
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/**
 * Performs experiments, two at a time, and gathers what each has to complain of:
 * the settings that show it, and the complaints. A few from a fixed seed; with
 * FACSIMILE_LONG=1 many, from another seed each time.
 */
export async function complaints(
  of: (performance: Performance) => string[],
): Promise<string[]> {
  const long = Deno.env.get("FACSIMILE_LONG") === "1";
  const sketches = fc.sample(
    experiments,
    long ? { numRuns: 200 } : { numRuns: 6, seed: 4 },
  );
  const found: string[] = [];
  const next = sketches[Symbol.iterator]();
  await Promise.all([1, 2].map(async () => {
    for (const sketch of next) {
      using performance = await Performance.of(sketch);
      const some = of(performance);
      if (some.length > 0) found.push(settingsOf(sketch), ...some);
    }
  }));
  return found;
}

/** What shows a complaint again. */
function settingsOf({ set, counts, standIn, data }: Sketch): string {
  const { train, validation, test } = counts;
  const of = data ? data.title : standIn ? "the stand-in" : "MNIST";
  return `with ${
    set.join(" ")
  } on ${train} + ${validation} + ${test} images of ${of}:`;
}
