/**
 * The verifier's own look at an archive's models. The archive's code makes its own
 * measurements again, and gives what it gave: code that halves an error halves it
 * once more. So here everything is computed by the code of whoever verifies: each
 * network is put together from its weights, held against its ONNX file, and run on
 * the true test images; and what was measured of it is measured.
 */
import * as v from "valibot";
import { canonical, type Json } from "../../pipeline/stage/json.ts";
import { meanSquaredError, peakSignalToNoise } from "../evaluation/error.ts";
import { add, noise } from "../evaluation/noise.ts";
import { fromBytes } from "../evaluation/picture.ts";
import { reconstructor } from "../evaluation/reconstructor.ts";
import { structuralSimilarity } from "../evaluation/similarity.ts";
import { modelGraph } from "../export/graph.ts";
import { parseLayersModel } from "../formats/layers-model.ts";
import { type Metrics, MetricsSchema } from "../formats/metrics.ts";
import type { Size } from "../formats/images.ts";
import { readPacked } from "../formats/packed.ts";
import { DATASET } from "../formats/axis.ts";
import { fields } from "../onnx/metadata.ts";
import { model } from "../onnx/model.ts";
import { portable } from "../onnx/portable.ts";
import { encode } from "../onnx/wire.ts";
import { sourceOf } from "./datasets.ts";
import type { Tables } from "./settings.ts";

/** An archive, as its verifier hands it over. */
interface Look {
  /** The resolved configuration. */
  readonly experiment: Json;
  /** An artifact's content. */
  readonly read: (path: string) => Uint8Array<ArrayBuffer>;
  /** The file of the data that has this SHA-256. */
  readonly data: (sha256: string) => Uint8Array<ArrayBuffer>;
  /** Told after each network; does not return once somebody has had enough. */
  readonly progress: (done: number, of: number) => Promise<void>;
}

/** What of the configuration is looked at. */
type Described =
  & Pick<Tables, "dataset" | "datasets">
  & { readonly denoising: { readonly seed: number } };

/** Pictures in one row, grey values 0…1. */
interface Pictures extends Size {
  readonly values: Float32Array;
}

type Measured = Metrics["models"][string];

/** Two runtimes of other versions may differ by so much, relatively; a lie is larger. */
const TOLERANCE = 1e-5;

/** What was measured against what is: a sentence for each contradiction. */
export async function examination(
  { experiment, read, data, progress }: Look,
): Promise<string[]> {
  const text = (path: string) => new TextDecoder().decode(read(path));
  const { models } = v.parse(MetricsSchema, JSON.parse(text("metrics.json")));
  const { denoising: { seed }, ...tables } = experiment as unknown as Described;
  const images = new Map<string, Promise<Pictures>>();
  const imagesOf = (name: string) => {
    const known = images.get(name) ?? testImages(tables, name, data);
    images.set(name, known);
    return known;
  };
  const found: string[] = [];
  const all = Object.entries(models);
  for (const [done, [name, said]] of all.entries()) {
    await progress(done, all.length);
    const folder = `models/tfjs/${name}`;
    const network = parseLayersModel({
      model: text(`${folder}/model.json`),
      weights: read(`${folder}/weights.bin`),
    }, `${folder}/model.json`);
    const ours = encode(
      model(modelGraph(network), { description: "", metadata: {} }),
    );
    if (!sameGraph(read(`models/${name}.onnx`), ours)) {
      found.push(`models/${name}.onnx is another network than ${folder}`);
      continue;
    }
    const pictures = await imagesOf(
      String(said.at?.[DATASET.name] ?? tables.dataset.name),
    );
    const measured = await measure(ours, pictures, said.denoising, seed);
    for (const { at, seen, is } of differences(said, measured)) {
      found.push(
        `metrics.json says ${at} of ${name} is ${seen}, but the network's is ${is}`,
      );
    }
  }
  await progress(all.length, all.length);
  return found;
}

/** What the test says of a network, and of how it takes noise. */
type Measurement = Pick<Measured, "test" | "denoising">;

/** Measures a network as the experiment describes it. */
async function measure(
  onnx: Uint8Array<ArrayBuffer>,
  { values: images, ...size }: Pictures,
  { images: count, levels }: Measured["denoising"],
  seed: number,
): Promise<Measurement> {
  const path = await Deno.makeTempFile({ suffix: ".onnx" });
  try {
    await Deno.writeFile(path, onnx);
    const reconstruct = await reconstructor(portable(), path, size);
    const outputs = await reconstruct(images);
    const mse = meanSquaredError(outputs, images);
    const psnr = peakSignalToNoise(mse);
    const clean = images.subarray(0, count * size.height * size.width);
    const unit = noise(clean.length, seed);
    const noisy: Measured["denoising"]["levels"] = [];
    for (const { level } of levels) {
      const given = add(clean, unit, level);
      const output = await reconstruct(given);
      noisy.push({
        level,
        noisy_mse: meanSquaredError(given, clean),
        output_mse: meanSquaredError(output, clean),
        output_noisy_mse: meanSquaredError(output, given),
      });
    }
    return {
      test: {
        mse,
        psnr: psnr === Infinity ? null : psnr,
        ssim: structuralSimilarity(outputs, images, size),
      },
      denoising: {
        images: count,
        clean_mse: meanSquaredError(await reconstruct(clean), clean),
        levels: noisy,
      },
    };
  } finally {
    await Deno.remove(path);
  }
}

/** The test images of a dataset. */
async function testImages(
  tables: Pick<Tables, "dataset" | "datasets">,
  dataset: string,
  data: Look["data"],
): Promise<Pictures> {
  const { name, sha256 } = sourceOf(tables, dataset).files["test-images"]!; // every dataset has them
  const { shape, bytes } = await readPacked(name, data(sha256), 3);
  const [, height, width] = shape;
  return { height: height!, width: width!, values: fromBytes(bytes) };
}

/** Whether two ONNX files have the same graph (`ModelProto.graph`, field 7), whatever else they say. */
function sameGraph(a: Uint8Array, b: Uint8Array): boolean {
  const graphs = (bytes: Uint8Array) =>
    [...fields(bytes)].flatMap(([field, value]) =>
      field === 7 && value ? [value] : []
    );
  const [[left, ...more], [right]] = [graphs(a), graphs(b)];
  return more.length === 0 && left?.length === right?.length &&
    !!left?.every((byte, index) => byte === right![index]); // of equal length
}

/** The numbers that differ by more than a rounding error. */
function differences(
  said: Json | object,
  is: Json | object,
  at = "",
): { at: string; seen: string; is: string }[] {
  if (typeof is === "object" && is !== null) {
    return Object.entries(is).flatMap(([key, inner]) =>
      differences(
        (said as { [key: string]: Json } | null)?.[key] ?? null,
        inner,
        at === "" ? key : `${at}.${key}`,
      )
    );
  }
  const close = typeof is === "number" && typeof said === "number"
    ? Math.abs(said - is) <= TOLERANCE * Math.max(Math.abs(said), Math.abs(is))
    : said === is;
  return close
    ? []
    : [{ at, seen: shown(said as Json), is: shown(is as Json) }];
}

function shown(value: Json): string {
  return typeof value === "number"
    ? String(Number(value.toPrecision(6)))
    : canonical(value);
}
