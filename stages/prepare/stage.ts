/**
 * Unpacks MNIST's four files into plain bytes and splits off the validation
 * images. Without them it draws the stand-in, and says so. The files are pinned
 * by SHA-256, so their sizes and labels are not checked again.
 */
import { createHash } from "node:crypto";
import type { Json } from "../../pipeline/stage/json.ts";
import { canonicalPretty } from "../../pipeline/stage/json.ts";
import type { Task } from "../../pipeline/stage/task.ts";
import { FILES, IMAGE } from "../formats/mnist.ts";
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
        missing.map(unpacked).join(", ")
      } could not be had`,
    );
  }
  const { name, files, sha256 } = missing.length > 0
    ? draw()
    : await unpack(task);
  const { height, width } = IMAGE;
  const { bytes } = files["train-images"];
  const { validation } = task.params;
  const held = validation * height * width;
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
        counts: {
          train: images(files["train-images"]) - validation,
          validation,
          test: images(files["test-images"]),
        },
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
    const { name } = FILES[file];
    const path = packed.get(file);
    if (path === undefined) throw new Error(`No input file "${file}"`);
    const bytes = await Deno.readFile(path);
    sha256[name] = digest(bytes);
    return parseIdx(name, await gunzip(bytes), file.endsWith("images") ? 3 : 1);
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
  packed: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const unpacking = new Blob([packed]).stream()
    .pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(unpacking).arrayBuffer());
}

/** The name of a file without the ending of its packed form. */
function unpacked(file: File): string {
  return FILES[file].name.replace(/\.gz$/, "");
}

function images({ shape }: Idx): number {
  return shape[0]!; // parseIdx gives one at least
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
    sha256[unpacked(file)] = digest(formatIdx(files[file]));
  }
  return { name: "glyphs", files, sha256 };
}

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
