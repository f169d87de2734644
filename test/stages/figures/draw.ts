/** Draws all figures of some material: a program, so that it can be run elsewhere. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import denoising from "../../../stages/figures/denoising.ts";
import learningCurves from "../../../stages/figures/learning-curves.ts";
import reconstruction from "../../../stages/figures/reconstruction.ts";
import reconstructions from "../../../stages/figures/reconstructions.ts";
import { figureTask, studyOf } from "./material.ts";

const [folder = "", out = "", seeds = "1"] = Deno.args;
const n = Number(seeds);
const study = studyOf(n);
const into = (name: string) => {
  const path = join(out, name);
  mkdirSync(path, { recursive: true });
  return path;
};
await learningCurves(figureTask(folder, into("curves"), {
  width: "double",
  scale: "log",
  smoothing: 5,
  study,
  band: { learning_rate: 0.1, low: 0.1, high: 0.12 },
}, n));
await learningCurves(figureTask(folder, into("linear"), {
  width: "single",
  scale: "linear",
  smoothing: 5,
  study,
  band: { learning_rate: 0.1, low: 0.1, high: 0.12 },
}, n));
await reconstruction(figureTask(folder, into("reconstruction"), {
  width: "single",
  name: "reconstruction-lr-0.1",
  number: 1,
  label: "lr 0.1",
  seed: null,
  images: null,
}, n));
await reconstructions(
  figureTask(folder, into("reconstructions"), {
    width: "double",
    images: [3, 1],
    study,
  }, n),
);
await denoising(
  figureTask(folder, into("denoising"), {
    width: "double",
    images: null,
    kept: 12,
    study,
  }, n),
);
