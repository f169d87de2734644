import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { syntheticDigits } from "../../../stages/prepare/digit.ts";
import { formatIdx, parseIdx } from "../../../stages/formats/idx.ts";
import type { Params } from "../../../stages/prepare/stage.ts";
import prepare from "../../../stages/prepare/stage.ts";
import { StageError } from "../../../pipeline/stage/task.ts";
import { mirror } from "../download/mirror.ts";
import { rig } from "../../rig/task.ts";

const NAMES: { readonly [file: string]: string } = {
  "test-images": "t10k-images-idx3-ubyte",
  "test-labels": "t10k-labels-idx1-ubyte",
  "train-images": "train-images-idx3-ubyte",
  "train-labels": "train-labels-idx1-ubyte",
};

/** Runs the stage over packed files by name; a missing one is unavailable. */
async function prepared(
  files: { readonly [file: string]: Uint8Array },
  validation = 2,
) {
  const folder = await Deno.makeTempDir();
  const inputs: { [name: string]: string } = {};
  for (const file of Object.keys(NAMES)) {
    const bytes = files[file];
    const path = `${folder}/${file}`;
    await Deno.writeFile(path, bytes ?? new Uint8Array());
    inputs[`${file} file`] = path;
    const source = { kind: bytes ? "mirror" : "unavailable" };
    await Deno.writeTextFile(`${path}.json`, JSON.stringify(source));
    inputs[`${file} source`] = `${path}.json`;
  }
  const stage = await rig<Params>({
    params: {
      name: "mnist",
      title: "MNIST",
      files: Object.fromEntries(
        Object.entries(NAMES).map(([file, name]) => [file, `${name}.gz`]),
      ),
      validation,
    },
    inputs,
  });
  try {
    await prepare(stage.task);
    return stage;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const images = (count: number) =>
  formatIdx({
    shape: [count, 28, 28],
    bytes: Uint8Array.from({ length: count * 784 }, (_, i) => i % 251),
  });
const labels = (count: number) =>
  formatIdx({
    shape: [count],
    bytes: Uint8Array.from({ length: count }, (_, i) => i % 10),
  });

const SMALL = {
  "train-images": gzipSync(images(7)),
  "train-labels": gzipSync(labels(7)),
  "test-images": gzipSync(images(3)),
  "test-labels": gzipSync(labels(3)),
};

Deno.test("parseIdx() reads the bytes that the format's description has", () => {
  const bytes = Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 3, 7, 8, 9);
  const idx = parseIdx("x", bytes, 2);
  assert.deepEqual(idx, { shape: [1, 3], bytes: Uint8Array.of(7, 8, 9) });
  assert.deepEqual(formatIdx(idx), bytes);
});

Deno.test("parseIdx() refuses what is no whole file of so many dimensions", () => {
  const good = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9);
  assert.equal(parseIdx("digits", good, 1).bytes.length, 3);
  const bad: [Uint8Array<ArrayBuffer>, number][] = [
    [good, 3],
    [new TextEncoder().encode("<html></html>"), 1],
    [good.slice(0, 3), 1],
    [good.slice(0, 6), 1],
    [good.slice(0, 10), 1],
    [Uint8Array.of(...good, 1), 1],
  ];
  for (const [bytes, dimensions] of bad) {
    assert.throws(() => parseIdx("digits", bytes, dimensions), StageError);
  }
});

Deno.test("prepare() holds out the first training images for validation", async () => {
  await using stage = await prepared(SMALL);
  const all = images(7).subarray(16);
  assert.deepEqual(stage.bytes("validation-images"), all.slice(0, 2 * 784));
  assert.deepEqual(stage.bytes("train-images"), all.slice(2 * 784));
  assert.deepEqual(stage.bytes("test-images"), images(3).slice(16));
  assert.deepEqual(stage.bytes("test-labels"), labels(3).slice(8));
  const sha256 = Object.fromEntries(
    Object.entries(SMALL).map(([file, bytes]) => [
      `${NAMES[file]}.gz`,
      createHash("sha256").update(bytes).digest("hex"),
    ]),
  );
  assert.deepEqual(stage.json("dataset"), {
    name: "mnist",
    stand_in: false,
    sha256,
    counts: { train: 5, validation: 2, test: 3 },
    height: 28,
    width: 28,
  });
  assert.deepEqual(stage.warnings, []);
});

Deno.test("prepare() draws everything if one file is missing, and says so", async () => {
  const { "test-labels": _, ...rest } = SMALL;
  await using stage = await prepared(rest, 5000);
  const dataset = stage.json("dataset");
  assert.deepEqual(
    [dataset.name, dataset.stand_in, dataset.counts],
    ["glyphs", true, { train: 55000, validation: 5000, test: 10000 }],
  );
  assert.match(stage.warnings.join(), /not MNIST.*t10k-labels-idx1-ubyte/);
  assert.equal(stage.bytes("train-images").length, 55000 * 784);

  // As bright as MNIST, where the mean of x² is 0.112: what a network that
  // outputs nothing loses must be the paper's "between 0.10 and 0.12".
  const test = stage.bytes("test-images");
  const square = test.reduce((sum, x) => sum + x * x, 0) / test.length / 65025;
  assert(square > 0.105 && square < 0.115, `${square}`);

  // A digit inside a border of nothing, and all ten of them about as often.
  const counts = new Array(10).fill(0);
  for (const label of stage.bytes("test-labels")) counts[label]++;
  assert(Math.min(...counts) > 900, `${counts}`);
});

Deno.test("syntheticDigits() draws the same pictures on every machine", () => {
  const { images, labels } = syntheticDigits(100, "glyphs test");
  assert.equal(
    createHash("sha256").update(formatIdx(images)).update(labels.bytes)
      .digest("hex"),
    "f2f0cc185cb7d2d3628b09d6326ccecc39c390163e8d16c84f9c7b2374d2e10b",
  );
});

Deno.test("prepare() takes the true MNIST", {
  ignore: mirror === undefined,
}, async () => {
  const files: { [file: string]: Uint8Array } = {};
  for (const [file, name] of Object.entries(NAMES)) {
    files[file] = await Deno.readFile(`${mirror}/${name}.gz`);
  }
  await using stage = await prepared(files, 5000);
  const dataset = stage.json("dataset");
  assert.equal(dataset.stand_in, false);
  assert.deepEqual(dataset.counts, {
    train: 55000,
    validation: 5000,
    test: 10000,
  });
  // The first ten labels of the test set, as everybody knows them.
  assert.deepEqual(
    [...stage.bytes("test-labels").subarray(0, 10)],
    [7, 2, 1, 0, 4, 1, 4, 9, 5, 9],
  );
});
