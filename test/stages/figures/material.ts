/** Small made-up inputs for the figures: shapes as the stages write them, numbers of no meaning. */
import { join } from "node:path";
import type { Task } from "../../../pipeline/stage/task.ts";
import { studyOf as networks } from "../../rig/networks.ts";
import type { Study } from "../../../stages/formats/study.ts";
import type { Signed } from "../../../stages/figures/page.ts";
import type { Point } from "../../../pipeline/stage/declaration.ts";

/** Authors with letters that XML reads as its own, and that ASCII lacks. */
const IMPRINT: Signed["imprint"] = {
  authors: ["Ada & Łukasz <Group>", "B"],
  language: "en",
};

const PIXELS = 28 * 28;
const COUNT = 12;

/** Learning rates of the made-up networks. */
const RATES = [0.1, 0.01, 0.001];

/** The study of the made-up networks, with so many seeds. */
export function studyOf(seeds: number): Study {
  return networks(
    RATES.flatMap((lr) =>
      Array.from({ length: seeds }, (_, i) => ({ lr, seed: i + 1 }))
    ),
  );
}

/** Writes inputs into a folder, for so many seeds; the same every time. */
export function writeMaterial(
  folder: string,
  seeds: number,
  standIn: boolean,
): void {
  const write = (name: string, value: unknown) =>
    Deno.writeTextFileSync(join(folder, name), JSON.stringify(value));
  write("dataset.json", {
    name: standIn ? "glyphs" : "mnist",
    stand_in: standIn,
    sha256: {},
    counts: { train: 1, validation: 1, test: COUNT },
    height: 28,
    width: 28,
  });
  const images = Uint8Array.from(
    { length: COUNT * PIXELS },
    (_, i) => (i * 37) % 256,
  );
  Deno.writeFileSync(join(folder, "images"), images);
  Deno.writeFileSync(
    join(folder, "labels"),
    Uint8Array.from({ length: COUNT }, (_, i) => i % 10),
  );
  RATES.forEach((rate, index) => {
    for (let seed = 1; seed <= seeds; seed++) {
      const name = `${rate}-${seed}`;
      const level = 0.11 / (index + 1);
      write(`curve-${name}`, {
        learning_rate: rate,
        seed,
        engine: { name: "portable", version: "1.30.0" },
        batch_size: 64,
        steps_per_epoch: 20,
        steps: Array.from(
          { length: 60 },
          (_, i) => level * (1 + ((i * 7 + seed) % 5) / 20),
        ),
        epochs: [1, 2, 3].map((epoch) => ({
          epoch,
          train_loss: level,
          validation_loss: level * (1 + seed / 100),
        })),
      });
      write(`quality-${name}`, {
        mse: level / 2,
        psnr: 20,
        ssim: 0.9,
        agreement: { runtimes: [], bound: 1e-5, holds: true },
      });
      Deno.writeFileSync(
        join(folder, `output-${name}`),
        images.map((value) => value >> (index + 1)),
      );
      write(`denoising-${name}`, {
        images: COUNT,
        noise: "made up",
        shown_level: 0.3,
        clean_mse: level / 4,
        spread: 0.05,
        levels: [0.1, 0.3].map((noise) => ({
          level: noise,
          noisy_mse: noise * noise,
          output_mse: level / 3,
          output_noisy_mse: level / 3,
        })),
      });
    }
  });
}

/** A task over such inputs, as a figure's module is given it. */
export function figureTask<Params>(
  folder: string,
  out: string,
  params: Params,
  seeds = 1,
): Task<Params & Signed> {
  const points = RATES.flatMap((lr) =>
    Array.from({ length: seeds }, (_, i): Point => ({ lr, seed: i + 1 }))
  );
  const every: { [name: string]: string } = {
    curves: "curve",
    reconstructions: "output",
    qualities: "quality",
    denoisings: "denoising",
    noisy: "output",
    denoised: "output",
  };
  const one: { [name: string]: string } = {
    dataset: "dataset.json",
    "test-images": "images",
    "test-labels": "labels",
    reconstructions: "output-0.1-1",
    quality: "quality-0.1-1",
  };
  return {
    params: { ...params, imprint: IMPRINT },
    hints: {},
    point: {},
    checkpoint: undefined,
    cores: 1,
    threads: [],
    scratch: out,
    input: (name) => join(folder, one[name] ?? name),
    inputs: (name) =>
      points.map((point) => ({
        point,
        path: join(folder, `${every[name]}-${point.lr}-${point.seed}`),
      })),
    output: (name) => join(out, name),
    progress: () => {},
    keep: () => {},
    warn: () => {},
    remark: () => {},
    provisional: () => {},
  };
}
