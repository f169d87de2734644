/**
 * What the report may not say: a number that was neither set nor measured nor
 * counted, whatever the sentence that it stands in.
 */
import type { Curve } from "../../stages/formats/curve.ts";
import type { Size } from "../../stages/formats/images.ts";
import { sizeOf } from "../rig/perform.ts";
import type { Dataset } from "../../stages/formats/dataset.ts";
import type { Judgement } from "../../stages/formats/claims.ts";
import type { Metrics } from "../../stages/formats/metrics.ts";
import { variantsOf } from "../../stages/experiment/study.ts";
import type { Experiment } from "../../stages/experiment/schema.ts";
import type { Performance } from "../rig/experiments.ts";
import { slips } from "./slips.ts";

/** Sections that quote files as they are. */
const QUOTED = ["pipeline", "parameters", "digests", "citation"];

/**
 * Numbers of the page's own: 0…1 are grey values, 0.0021 is how far the page's forward
 * pass may be off, 0.5 where the colours of errors end; its controls go to 100 %.
 */
const OWN = ["0", "1", "100", "0.5", "0.0021", "256"];

/** Wrong numbers and slips of the report, a line each. */
export function report(performance: Performance): string[] {
  const page = performance.text("report.html");
  const text = wordsOf(page);
  const allowed = new Set([...OWN, ...numbers(performance).flatMap(written)]);
  return [
    ...slips(text.replaceAll("\u202f", ",")),
    ...performance.performed.remarks.flatMap(slips),
    ...[...text.matchAll(NUMBER)].flatMap(({ 0: number, index }) =>
      allowed.has(number)
        ? []
        : [`${number} in …${text.slice(index - 50, index + 50)}…`]
    ),
    ...sentences(performance, text),
  ].map((line) => `report.html: ${line}`);
}

/** A number that is no part of a name, such as 3 of `p. 3`, which is quoted. */
const NUMBER = /(?<![\w.\u202f-])\d[\d\u202f]*(?:\.\d+)?(?:e[-+]\d+)?(?![\w])/g;

/** What a reader sees, but for what is quoted: code, sentences of the paper, sources. */
function wordsOf(page: string): string {
  return QUOTED.reduce(
    (text, id) =>
      text.replace( // Up to the next one of the page, since a section has others inside.
        new RegExp(`<section id="${id}".*?(?=<section id=|</main>)`, "s"),
        "",
      ),
    page,
  )
    .replace(/<(script|style|code|title|h1|desc)\b.*?<\/\1>/gs, " ")
    .replace(/<p class="(byline|where)">.*?<\/p>/gs, " ")
    .replace(/<div class="abstract">.*?<\/div>/gs, " ")
    .replace(/<th scope="row">\s*<p>“.*?”<\/p>/gs, " ")
    .replace(/<a href="#claim-[^>]*>.*?<\/a>/gs, " ")
    .replace(/<[^>]*>/g, " ")
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replace(/[\u2007\u2008]/g, "")
    .replace(/[ \n]+/g, " ");
}

/** Everything that was set, measured or counted. */
function numbers(performance: Performance): number[] {
  const { experiment } = performance;
  const dataset: Dataset = JSON.parse(performance.read("prepare/dataset"));
  const metrics: Metrics = JSON.parse(performance.text("metrics.json"));
  const claims: Judgement[] = JSON.parse(performance.text("claims.json"));
  const models = Object.values(metrics.models);
  const curves = performance.artifacts.filter((name) => /^curves/.test(name))
    .map((name): Curve => JSON.parse(performance.text(name)));
  const { networks } = variantsOf(experiment);
  const groups = [...Map.groupBy(networks, ({ group }) => group).values()]
    .map((group) => group.map(({ name }) => metrics.models[name]!));
  const means = groups.flatMap((group) => {
    const mean = (of: (one: typeof group[number]) => number) =>
      group.map(of).reduce((a, b) => a + b, 0) / group.length;
    const { levels } = group[0]!.denoising;
    return [
      mean(({ test }) => test.mse),
      mean(({ test }) => test.psnr ?? Infinity),
      mean(({ test }) => test.ssim),
      mean(({ denoising }) => denoising.clean_mse),
      ...levels.map((_, place) =>
        mean(({ denoising }) => denoising.levels[place]!.output_mse)
      ),
    ];
  });
  const holding = claims.filter(({ verdict }) => verdict === "holds").length;
  const open = claims.filter(({ verdict }) => verdict === "not judged").length;
  const counts = [
    models.length,
    groups.length,
    groups[0]!.length,
    claims.length,
    holding,
    open,
    // The networks that a list leaves out by name.
    ...groups.map((_, place) => place),
    ...curves.flatMap(({ steps, epochs }) => [steps.length, epochs.length]),
    shownOf(performance).length,
    ...shownOf(performance).flat(),
  ];
  return [
    ...every(experiment as never),
    ...every(metrics as never),
    ...every(claims as never),
    ...every(dataset as never),
    ...means,
    ...counts,
    ...networks.flatMap((one) =>
      Object.values(shapes(one, sizeOf(performance.sketch))).flat()
    ),
  ];
}

/** The digits or classes that are shown, and the numbers of their images. */
function shownOf(performance: Performance): [label: number, index: number][] {
  const page = performance.text("report.html");
  const { digits } = JSON.parse(
    /id="material">(.*?)<\/script>/s.exec(page)![1]!,
  );
  return digits.map((
    { label, index }: { label: number | string; index: number },
  ) => [Number(/\d+/.exec(String(label))?.[0] ?? index), index]);
}

/** What follows from the layers of a network alone: the code, the weights, the image. */
function shapes(
  { network }: Pick<Experiment, "network">,
  { height, width }: Size,
) {
  const channels = network.encoder.at(-1)!;
  const [rows, columns] = [height / 4, width / 4];
  const sides = [1, ...network.encoder];
  const kernels = network.encoder.map((filters, place) =>
    filters * (sides[place]! * network.kernel ** 2 + 1)
  );
  const ups = [channels, ...network.decoder];
  const decoders = network.decoder.map((filters, place) =>
    filters * (ups[place]! * 4 + 1) +
    filters * (filters * network.kernel ** 2 + 1)
  );
  const parameters = [...kernels, ...decoders].reduce((a, b) => a + b) +
    network.decoder.at(-1)! + 1;
  return {
    code: [rows, columns, channels, rows * columns * channels],
    pixels: [
      height * width,
      height,
      width,
      Math.round(Math.min(height, width) * 5 / 7),
    ],
    parameters: [parameters],
    bytes: [Math.round(parameters * 4 / 3 * 4 / 1e6)],
  };
}

/** All numbers in a value. */
function every(value: unknown): number[] {
  if (typeof value === "number") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(every);
}

/** The ways in which a number may be written. */
function written(value: number): string[] {
  const four = [3, 4, 5, 6].map((digits) => value.toPrecision(digits));
  return [
    String(value),
    String(value).replace(/\B(?=(\d{3})+$)/g, "\u202f"),
    ...four,
    ...four.map((text) => String(Number(text))),
    value.toFixed(2),
    value.toFixed(3),
  ].map((text) => text.replace(/^-/, ""));
}

/** Sentences that are made from many values, made again here. */
function sentences(
  performance: Performance,
  text: string,
): string[] {
  const { experiment, sketch } = performance;
  const { training } = experiment;
  const { train } = sketch.counts;
  const images = (count: number) => `${count} image${count === 1 ? "" : "s"}`;
  const used = training.images === "all" || training.images === train
    ? images(train)
    : `the first ${training.images} of ${images(train)}`;
  const { height, width } = sizeOf(sketch);
  const pixels = height * width;
  const title = sketch.data?.title ?? "MNIST";
  const sizes = variantsOf(experiment).networks
    .map(({ network }) => pixels / 16 * network.encoder.at(-1)!);
  const [least, size] = [Math.min(...sizes), Math.max(...sizes)];
  const wanted = [
    `Data: ${sketch.standIn ? "drawn digits" : title}, ${used} for training, `,
    ...(sketch.standIn ? ["Stand-in data, not MNIST."] : []),
    ...(size < pixels && text.includes("run in this page.")
      ? [
        `the bottleneck of ${
          least < size ? `${least} to ${size}` : size
        } numbers`,
      ]
      : []),
  ];
  const refused = [
    ...(size >= pixels ? ["bottleneck", "too few to hold"] : []),
    ...(sketch.standIn ? ["digits of MNIST"] : ["Stand-in"]),
    ...(sketch.data ? ["Draw a digit", "digits of MNIST"] : ["Draw an image"]),
  ];
  return [
    ...wanted.filter((words) => !text.includes(words))
      .map((words) => `it does not say “${words}”`),
    ...refused.filter((words) => text.includes(words))
      .map((words) => `it says “${words}”`),
  ];
}
