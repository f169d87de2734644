/**
 * What the figures' captions may not say: a number that nobody set, measured or
 * counted, and a sentence that does not hold of this experiment.
 */
import { sizeOf } from "../rig/perform.ts";
import type { Curve } from "../../stages/formats/curve.ts";
import type { Metrics } from "../../stages/formats/metrics.ts";
import { threeDigits } from "../../stages/formats/number.ts";
import { paperFigure } from "../../stages/experiment/paper.ts";
import { variantsOf } from "../../stages/experiment/study.ts";
import type { Performance } from "../rig/experiments.ts";
import { slips } from "./slips.ts";

/** The figures stand on a page with their captions. */
const HIGHEST = 660;
const LONGEST = 900;

/** What is wrong in the captions and in what the pictures say of themselves, a line each. */
export function figures(performance: Performance): string[] {
  const known = new Set(numbers(performance).flatMap(written));
  return performance.artifacts.filter((name) => /^figures\/.*\.tex$/.test(name))
    .flatMap((path) => {
      const tex = performance.text(path);
      const caption = plain(/\\caption\[\{.*\}\]\{(.*)\}\n/.exec(tex)![1]!);
      const figure = path.replace(/^figures\/|\.tex$/g, "");
      const svg = performance.text(path.replace(/tex$/, "svg"));
      const [, , height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)!;
      return [
        ...slips(caption),
        ...(/[^\n -~]/.test(tex) ? ["LaTeX would not read all letters"] : []),
        ...(caption.length > LONGEST ? [`${caption.length} letters`] : []),
        ...(Number(height) > HIGHEST ? [`a page of ${height} points`] : []),
        ...(svg.includes(markup(caption)) ? [] : ["the SVG says another"]),
        ...[...caption.matchAll(/(?<![\w.])\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?/g)]
          .map(([number]) => number.replace(/,$/, ""))
          .filter((number) => !known.has(number))
          .map((number) => `nobody knows of ${number}`),
        ...sentences(performance, figure, caption),
      ].map((line) => `${path}: ${line} in “${caption}”`);
    });
}

/** A caption as it was before TeX. */
function plain(tex: string): string {
  return tex.replaceAll("$\\times$", "×").replaceAll("$\\sigma$", "σ")
    .replaceAll("--", "–").replace(/\\([&%$#_{}])/g, "$1");
}

function markup(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/** Everything that a caption may name. */
function numbers(performance: Performance): number[] {
  const { experiment, sketch } = performance;
  const { axes, networks } = variantsOf(experiment);
  const settings = new Set(networks.map(({ group }) => group)).size;
  const seeds = networks.length / settings;
  const { smoothing } = experiment.figures.learning_curves;
  const trainings = curves(performance);
  const steps = trainings.map((one) => one.steps.length);
  return [
    ...axes.flatMap(({ values }) => every(values)),
    ...every(experiment.paper.experiment),
    ...every(experiment.denoising),
    ...every(measured(performance)).map((value) =>
      Number(value.toPrecision(3))
    ),
    sketch.counts.test,
    ...Array.from({ length: settings + 1 }, (_, some) => some),
    seeds,
    // The window is odd, and a twentieth of the steps at most.
    ...steps.map((count) => {
      const window = Math.max(1, Math.floor(Math.min(smoothing, count / 20)));
      return window % 2 === 1 ? window : window - 1;
    }),
    ...steps.flatMap((count) => Array.from({ length: count + 1 }, (_, n) => n)),
    ...trainings.flatMap(({ steps }) => steps)
      .map((value) => Number(value.toPrecision(3))),
    ...Array.from({ length: sketch.counts.test }, (_, image) => image),
    // The side of the smallest maps and the most of them; where colours of errors end.
    ...[7, 8, 0.5],
    ...networks.flatMap(({ network }) => [
      network.kernel,
      network.encoder[0]!,
      network.encoder.at(-1)!,
    ]),
  ];
}

function measured(performance: Performance): Metrics {
  return JSON.parse(performance.text("metrics.json"));
}

function curves(performance: Performance): Curve[] {
  return performance.artifacts.filter((name) => /^curves/.test(name))
    .map((name): Curve => JSON.parse(performance.text(name)));
}

/** All numbers in a value. */
function every(value: unknown): number[] {
  if (typeof value === "number") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(every);
}

/** As a caption has it, with commas or without, and with the decimals of the band. */
function written(value: number): string[] {
  return [
    String(value),
    String(value).replace(/\B(?=(\d{3})+$)/g, ","),
    value.toFixed(2),
    value.toExponential().replace("+", ""),
  ];
}

/** Sentences that hold of some experiments alone, and what they say then. */
function sentences(
  performance: Performance,
  figure: string,
  caption: string,
): string[] {
  const { experiment, sketch } = performance;
  const { axes, networks } = variantsOf(experiment);
  const original = experiment.paper.experiment!; // the shipped one has it
  const has = (words: string | RegExp) =>
    typeof words === "string" ? caption.includes(words) : words.test(caption);
  const found: string[] = [];
  const says = (words: string | RegExp, wanted: boolean) => {
    if (has(words) !== wanted) {
      found.push(`it says ${wanted ? "nothing of" : ""} “${words}”`);
    }
  };

  says("Stand-in data: synthetic digits, not MNIST.", sketch.standIn);
  const data = sketch.data?.title;
  says(`Data: ${data}.`, data !== undefined);
  says("Data: ", data !== undefined);
  if (!sketch.standIn && !data?.includes("MNIST")) says("MNIST", false);
  if (data !== undefined) says("digit", false);

  const differ = new Set(networks.map(({ group }) => group)).size;
  const seeds = networks.length / differ;
  const own = networks.find(({ name }) => figure === `reconstruction-${name}`);
  if (own) {
    const { test } = measured(performance).models[own.name]!;
    says(
      `over all ${sketch.counts.test} test images is ${
        Number(test.mse.toPrecision(3))
      }.`,
      true,
    );
    const number = sketch.standIn ? null : paperFigure(experiment, own);
    says("paper", number !== null);
    says(`Figure ${number} of the paper`, number !== null);
    says(`seed ${own.training.seed}`, seeds > 1);
  } else if (figure !== "learning-curves") {
    says("paper", false);
    says(`Of ${seeds} seeds, seed ${networks[0]!.training.seed} is`, seeds > 1);
    // "by learning rate (lr)" or whatever it is that they differ in.
    for (const { name, setting, values } of axes) {
      if (setting === "training.seed" || values.length === 1) continue;
      says(name === "lr" ? "learning rate (lr)" : name.replace("_", " "), true);
    }
  }
  switch (figure) {
    case "learning-curves": {
      const band = !sketch.standIn &&
        networks.some((one) =>
          paperFigure(experiment, one) !== null &&
          one.training.learning_rate === original.band_learning_rate
        );
      says("paper", band);
      says("from 0.10 to 0.12", band);
      says(`${seeds} seeds`, seeds > 1);
      const most = Math.max(...curves(performance).flatMap((one) => one.steps));
      if (has("leave")) says(`up to ${threeDigits(most)} in`, true);
      break;
    }
    case "latent": {
      const maps = new Set(
        networks.map(({ network }) => network.encoder.at(-1)!),
      );
      const [count] = maps;
      const words = maps.size > 1
        ? `${Math.min(...maps)} to ${Math.max(...maps)} maps`
        : count === 1
        ? "the map"
        : `${count} maps`;
      const { height, width } = sizeOf(sketch);
      says(`${words} of ${height / 4} × ${width / 4} values`, true);
      break;
    }
    case "filters": {
      const kernels = new Set(networks.map(({ network }) => network.kernel));
      const counts = new Set(
        networks.map(({ network }) => network.encoder[0]!),
      );
      const [kernel] = kernels;
      const [count] = counts;
      says(`${kernel} × ${kernel} weights`, kernels.size === 1);
      says(/\d+ learned filters/, counts.size === 1 && count! > 1);
      says(`${count} learned filters`, counts.size === 1 && count! > 1);
      break;
    }
    case "denoising":
      says(
        `σ = ${experiment.denoising.shown} on`,
        true,
      );
      says(new RegExp(`of ${differ} settings`, "i"), has("settings"));
  }
  return found;
}
