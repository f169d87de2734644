/**
 * Unpacks MNIST's four files into plain bytes and splits off the validation
 * images. Without them it draws the stand-in, and says so.
 */
import { createHash } from "node:crypto";
import type { Json } from "../../pipeline/stage/json.ts";
import { canonicalPretty } from "../../pipeline/stage/json.ts";
import type { Task } from "../../pipeline/stage/task.ts";
import { StageError } from "../../pipeline/stage/task.ts";
import { IMAGE } from "../formats/mnist.ts";
import type { Dataset } from "../formats/dataset.ts";
import { readJson } from "../formats/json.ts";
import { SourceSchema } from "../formats/source.ts";
import { syntheticDigits } from "./digit.ts";
import type { Idx } from "../formats/idx.ts";
import { formatIdx, parseIdx } from "../formats/idx.ts";

export interface Params {
  readonly [key: string]: Json;
  readonly name: "mnist";
  /** The first so many training images are held out for validation. */
  readonly validation: number;
}

/** MNIST's files, by the coordinate of the stage that fetches each. */
const FILES = {
  "train-images": { name: "train-images-idx3-ubyte", dimensions: 3 },
  "train-labels": { name: "train-labels-idx1-ubyte", dimensions: 1 },
  "test-images": { name: "t10k-images-idx3-ubyte", dimensions: 3 },
  "test-labels": { name: "t10k-labels-idx1-ubyte", dimensions: 1 },
} as const;

type File = keyof typeof FILES;

/** The four files' contents and what identifies them. */
interface Contents {
  /** "glyphs" are the synthetic digits. */
  readonly name: "mnist" | "glyphs";
  readonly files: { readonly [file in File]: Idx };
  /** SHA-256 by file name: of the packed file, or of the drawn one, which never was packed. */
  readonly sha256: { readonly [name: string]: string };
}

/**
 * Writes `train-images`, `validation-images`, `test-images` and `test-labels`, and
 * `dataset`: what they are.
 */
export default async function prepare(task: Task<Params>): Promise<void> {
  const missing = unavailable(task);
  if (missing.length > 0) {
    task.remark(
      `stand-in data, not MNIST: digits are drawn, because ${
        missing.map((file) => FILES[file].name).join(", ")
      } could not be had`,
    );
  }
  const { name, files, sha256 } = missing.length > 0
    ? draw()
    : await unpack(task);
  const { height, width } = IMAGE;
  const counts = check(files, task.params.validation);
  const { bytes } = files["train-images"];
  const held = counts.validation * height * width;
  const write = (output: string, bytes: Uint8Array) =>
    Deno.writeFile(task.output(output), bytes);
  await write("validation-images", bytes.subarray(0, held));
  await write("train-images", bytes.subarray(held));
  await write("test-images", files["test-images"].bytes);
  await write("test-labels", files["test-labels"].bytes);
  await Deno.writeTextFile(
    task.output("dataset"),
    canonicalPretty(
      {
        name,
        stand_in: name === "glyphs",
        sha256,
        counts,
        height,
        width,
      } satisfies Dataset,
    ),
  );
}

/** The files that no mirror gave. */
function unavailable(task: Task<Params>): File[] {
  return task.inputs("sources").filter(({ path }) =>
    readJson(path, SourceSchema).kind === "unavailable"
  ).map(({ point }) => point.file as File);
}

async function unpack(task: Task<Params>): Promise<Contents> {
  const packed = new Map(
    task.inputs("files").map(({ point, path }) => [point.file, path]),
  );
  const sha256: { [name: string]: string } = {};
  const parse = async (file: File): Promise<Idx> => {
    const name = `${FILES[file].name}.gz`;
    const path = packed.get(file);
    if (path === undefined) throw new Error(`No input file "${file}"`);
    const bytes = await Deno.readFile(path);
    sha256[name] = digest(bytes);
    return parseIdx(name, await gunzip(name, bytes), FILES[file].dimensions);
  };
  return {
    name: "mnist",
    files: {
      "train-images": await parse("train-images"),
      "train-labels": await parse("train-labels"),
      "test-images": await parse("test-images"),
      "test-labels": await parse("test-labels"),
    },
    sha256,
  };
}

async function gunzip(
  name: string,
  packed: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const unpacking = new Blob([packed]).stream()
    .pipeThrough(new DecompressionStream("gzip"));
  try {
    return new Uint8Array(await new Response(unpacking).arrayBuffer());
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new StageError(
      `Cannot unpack ${name}`,
      `not a whole gzip file: ${error.message}`,
      "remove the file and let it be downloaded again",
    );
  }
}

/** As many pictures as MNIST has, so that nothing else need differ. */
function draw(): Contents {
  const train = syntheticDigits(60_000, "glyphs train");
  const test = syntheticDigits(10_000, "glyphs test");
  const files = {
    "train-images": train.images,
    "train-labels": train.labels,
    "test-images": test.images,
    "test-labels": test.labels,
  };
  const sha256: { [name: string]: string } = {};
  for (const file of Object.keys(FILES) as File[]) {
    sha256[FILES[file].name] = digest(formatIdx(files[file]));
  }
  return { name: "glyphs", files, sha256 };
}

/** Whether the four fit each other; the sizes of the three splits. */
function check(
  files: Contents["files"],
  validation: number,
): Dataset["counts"] {
  for (const split of ["train", "test"] as const) {
    const images = files[`${split}-images`];
    const labels = files[`${split}-labels`];
    const { name } = FILES[`${split}-images`];
    const [count, height, width] = images.shape;
    if (height !== IMAGE.height || width !== IMAGE.width) {
      throw new StageError(
        `Cannot use the pictures of ${name}`,
        `they are ${height} × ${width}, and the networks take ${IMAGE.height} × ${IMAGE.width}`,
      );
    }
    if (count !== labels.shape[0]) {
      throw new StageError(
        `Cannot use ${name}`,
        `${count} images, but ${labels.shape[0]} labels in ${
          FILES[`${split}-labels`].name
        }`,
        "take all four files from one dataset",
      );
    }
    const odd = labels.bytes.findIndex((label) => label > 9);
    if (odd >= 0) {
      throw new StageError(
        `Cannot use ${FILES[`${split}-labels`].name}`,
        `label ${labels.bytes[odd]} at position ${odd}, where only digits are`,
      );
    }
    if (count === 0) {
      throw new StageError(`Cannot use ${name}`, "it has no images");
    }
  }
  const all = files["train-images"].shape[0]!;
  if (validation < 1 || validation >= all) {
    throw new StageError(
      "Cannot split off the validation images",
      `training.validation is ${validation}, and there are ${all} training images`,
      `set it to something from 1 to ${all - 1}`,
    );
  }
  return {
    train: all - validation,
    validation,
    test: files["test-images"].shape[0]!,
  };
}

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
