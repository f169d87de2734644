/**
 * The declarations of the figures: one instance each, with its own module, so
 * that a change of one redraws that one.
 */
import type {
  Declaration,
  Input,
  Stage,
} from "../../pipeline/stage/declaration.ts";
import { every, output } from "../../pipeline/stage/declaration.ts";
import type { Point } from "../../pipeline/stage/declaration.ts";
import type { JsonObject } from "../../pipeline/stage/json.ts";
import type { Experiment } from "./schema.ts";
import { labelsOf } from "../formats/label.ts";
import { figureParts } from "../paper/figure.ts";
import { paperBand, paperFigure } from "./paper.ts";
import { studyWith } from "../formats/study.ts";
import { dataPoint, dataPoints, severalData, sourceAt } from "./data.ts";
import { studyOf, variantsOf } from "./study.ts";

/** What a figure is made of. */
interface Sketch {
  readonly module: string;
  /** What the author calls it. */
  readonly alias?: string;
  readonly params: JsonObject;
  readonly inputs: { readonly [name: string]: Input };
}

/** Every figure is declared once for each of them: anew, that would be quadratic. */
const known = new WeakMap<Experiment, ReadonlyMap<string, Sketch>>();

/** All figures by name. */
function sketches(experiment: Experiment): ReadonlyMap<string, Sketch> {
  let found = known.get(experiment);
  if (!found) {
    found = new Map(
      Object.entries(draw(experiment)).filter(([, { params }]) =>
        params.drawn !== false
      ).map(([name, sketch]) => [
        name,
        called(name, sketch),
      ]),
    );
    known.set(experiment, found);
  }
  return found;
}

/**
 * A sketch without the settings that bear on no pixel; a figure of one network
 * among several has the network's name beside the author's.
 */
function called(name: string, { params, ...sketch }: Sketch): Sketch {
  const { called, drawn: _, ...rest } = params;
  const own = sketch.module === name
    ? ""
    : ` (${name.slice(sketch.module.length + 1)})`;
  return {
    ...sketch,
    params: name === sketch.module ? rest : { ...rest, name },
    ...(typeof called === "string" && { alias: `${called}${own}` }),
  };
}

function draw(experiment: Experiment): { [figure: string]: Sketch } {
  return Object.assign(
    {},
    ...dataPoints(experiment, true).map((point) => drawOf(experiment, point)),
  );
}

/**
 * All figures of the networks of one dataset. Images and errors of several would say
 * nothing beside each other.
 */
function drawOf(
  experiment: Experiment,
  fetched: Point,
): { [figure: string]: Sketch } {
  const { figures, denoising } = experiment;
  const source = sourceAt(experiment, fetched);
  const networks = variantsOf(experiment).networks.filter(({ dataset }) =>
    dataset.name === source.name
  );
  const points = networks.map(({ point }) => point);
  const prepared = dataPoint(experiment, points[0]!); // there is a network
  const several = severalData(experiment);
  const from = (stage: string, name: string) =>
    every(stage, name, several ? points : undefined);
  const dataset = output("prepare", "dataset", prepared);
  const pictures = {
    "test-images": output("prepare", "test-images", prepared),
    "test-labels": output("prepare", "test-labels", prepared),
    dataset,
  };
  const trained = {
    models: from("train", "model"),
    weights: from("train", "weights"),
  };
  const study = studyWith(studyOf(experiment), source.name);
  const images = Array.isArray(figures.images) ? figures.images : null;
  // The paper's own data need not be named.
  const data = several || experiment.paper.experiment?.dataset !== source.name
    ? { data: source.title }
    : {};
  const suffix = Object.entries(fetched)
    .map(([axis, value]) => `-${axis}-${value}`).join("");
  const all: { [figure: string]: Sketch } = {
    [`learning-curves${suffix}`]: {
      module: "learning-curves",
      params: {
        ...figures.learning_curves,
        ...data,
        band: paperBand(experiment, networks),
        study,
      },
      inputs: { curves: from("train", "curve"), dataset },
    },
  };
  const seeds = new Set(networks.map(({ training }) => training.seed));
  const label = labelsOf(study);
  networks.forEach((network) => {
    const { point, training } = network;
    const name = `reconstruction-${network.name}`;
    all[name] = {
      module: "reconstruction",
      params: {
        ...figures.reconstruction,
        ...data,
        number: paperFigure(experiment, network),
        label: label(network),
        seed: seeds.size > 1 ? training.seed : null,
        images,
      },
      inputs: {
        ...pictures,
        reconstructions: output("reconstruct", "reconstructions", point),
        quality: output("reconstruct", "quality", point),
      },
    };
  });
  return {
    ...all,
    [`reconstructions${suffix}`]: {
      module: "reconstructions",
      params: { ...figures.reconstructions, ...data, images, study },
      inputs: {
        ...pictures,
        reconstructions: from("reconstruct", "reconstructions"),
        qualities: from("reconstruct", "quality"),
      },
    },
    [`denoising${suffix}`]: {
      module: "denoising",
      params: {
        ...figures.denoising,
        ...data,
        images,
        kept: denoising.images,
        study,
      },
      inputs: {
        ...pictures,
        denoisings: from("denoise", "denoising"),
        noisy: from("denoise", "noisy"),
        denoised: from("denoise", "denoised"),
      },
    },
    [`latent${suffix}`]: {
      module: "latent",
      params: { ...figures.latent, ...data, images, study },
      inputs: { ...pictures, ...trained },
    },
    [`filters${suffix}`]: {
      module: "filters",
      params: { ...figures.filters, ...data, study },
      inputs: { ...trained, dataset },
    },
  };
}

/** One instance a figure. */
export const figures: Stage<Experiment> = {
  name: "figures",
  title: "Draw a figure",
  matrix: (experiment) => ({ figure: [...sketches(experiment).keys()] }),
  at(experiment, { figure }): Declaration {
    const name = String(figure);
    const sketch = sketches(experiment).get(name)!; // the matrix names only these
    const { params, ...parts } = figureParts(name, experiment.authors);
    return {
      runs: { kind: "module", module: `stages/figures/${sketch.module}.ts` },
      ...(sketch.alias !== undefined && { alias: sketch.alias }),
      place: "head",
      params: { ...sketch.params, ...params },
      inputs: sketch.inputs,
      ...parts,
    };
  },
};
