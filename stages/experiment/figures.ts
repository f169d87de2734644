/**
 * The declarations of the figures: one instance each, with its own module, so
 * that a change of one redraws that one.
 */
import { namesOf } from "../paper/authors.ts";
import { join } from "node:path";
import type {
  Declaration,
  Input,
  Stage,
} from "../../pipeline/stage/declaration.ts";
import { every, output } from "../../pipeline/stage/declaration.ts";
import type { JsonObject } from "../../pipeline/stage/json.ts";
import type { Experiment } from "./schema.ts";
import { labelsOf } from "../formats/label.ts";
import { paperBand, paperFigure } from "./paper.ts";
import { studyOf, variantsOf } from "./study.ts";

/** What a figure is made of. */
interface Sketch {
  readonly module: string;
  /** What the author calls it. */
  readonly alias?: string;
  readonly params: JsonObject;
  readonly inputs: { readonly [name: string]: Input };
}

const dataset = output("prepare", "dataset");
const pictures = {
  "test-images": output("prepare", "test-images"),
  "test-labels": output("prepare", "test-labels"),
  dataset,
};
const trained = {
  models: every("train", "model"),
  weights: every("train", "weights"),
};

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
    : ` (${name.replace(/^[a-z]+-/, "")})`;
  return {
    ...sketch,
    params: rest,
    ...(typeof called === "string" && { alias: `${called}${own}` }),
  };
}

function draw(experiment: Experiment): { [figure: string]: Sketch } {
  const { figures, denoising } = experiment;
  const study = studyOf(experiment);
  const images = figures.images === "one-per-digit" ? null : figures.images;
  const all: { [figure: string]: Sketch } = {
    "learning-curves": {
      module: "learning-curves",
      params: {
        ...figures.learning_curves,
        band: paperBand(experiment),
        study,
      },
      inputs: { curves: every("train", "curve"), dataset },
    },
  };
  const { networks } = variantsOf(experiment);
  const several = networks.some(({ training }) =>
    training.seed !== networks[0]?.training.seed
  );
  const label = labelsOf(study);
  networks.forEach((network) => {
    const { point, training } = network;
    const name = `reconstruction-${network.name}`;
    all[name] = {
      module: "reconstruction",
      params: {
        ...figures.reconstruction,
        name,
        number: paperFigure(experiment, network),
        label: label(network),
        seed: several ? training.seed : null,
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
    reconstructions: {
      module: "reconstructions",
      params: { ...figures.reconstructions, images, study },
      inputs: {
        ...pictures,
        reconstructions: every("reconstruct", "reconstructions"),
        qualities: every("reconstruct", "quality"),
      },
    },
    denoising: {
      module: "denoising",
      params: { ...figures.denoising, images, kept: denoising.images, study },
      inputs: {
        ...pictures,
        denoisings: every("denoise", "denoising"),
        noisy: every("denoise", "noisy"),
        denoised: every("denoise", "denoised"),
      },
    },
    latent: {
      module: "latent",
      params: { ...figures.latent, images, study },
      inputs: { ...pictures, ...trained },
    },
    filters: {
      module: "filters",
      params: { ...figures.filters, study },
      inputs: { ...trained, dataset },
    },
  };
}

/** The folder of the font, which a figure's process may read. */
const FONT_FOLDER = join(
  import.meta.dirname!, // a local file always has one
  "../../node_modules/@expo-google-fonts/source-sans-3",
);

/** One instance a figure. */
export const figures: Stage<Experiment> = {
  name: "figures",
  title: "Draw a figure",
  matrix: (experiment) => ({ figure: [...sketches(experiment).keys()] }),
  at(experiment, { figure }): Declaration {
    const name = String(figure);
    const sketch = sketches(experiment).get(name)!; // the matrix names only these
    return {
      runs: { kind: "module", module: `stages/figures/${sketch.module}.ts` },
      ...(sketch.alias !== undefined && { alias: sketch.alias }),
      place: "head",
      params: { ...sketch.params, imprint: imprint(experiment) },
      inputs: sketch.inputs,
      outputs: Object.fromEntries(["png", "svg", "pdf", "tex"].map((form) => [
        form,
        {
          file: `${name}.${form}`,
          artifact: `figures/${name}.${form}`,
        },
      ])),
      permissions: { read: [FONT_FOLDER] },
    };
  },
};

/** What the files of a figure say of where it is from. */
function imprint({ authors }: Experiment): JsonObject {
  return {
    authors: namesOf(authors),
    language: "en",
  };
}
