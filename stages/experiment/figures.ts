/**
 * The declarations of the figures: one instance each, with its own module, so
 * that a change of one redraws that one.
 */
import { namesOf } from "./authors.ts";
import { join } from "node:path";
import type {
  Declaration,
  Input,
  Stage,
} from "../../pipeline/stage/declaration.ts";
import { every, output } from "../../pipeline/stage/declaration.ts";
import type { JsonObject } from "../../pipeline/stage/json.ts";
import type { Experiment } from "./schema.ts";
import { variantsOf } from "./study.ts";

/** What a figure is made of. */
interface Sketch {
  readonly module: string;
  readonly params: JsonObject;
  readonly inputs: { readonly [name: string]: Input };
}

const dataset = output("prepare", "dataset");
const pictures = {
  "test-images": output("prepare", "test-images"),
  "test-labels": output("prepare", "test-labels"),
  dataset,
};
const networks = {
  models: every("train", "model"),
  weights: every("train", "weights"),
};

/** Every figure is declared once for each of them: anew, that would be quadratic. */
const known = new WeakMap<Experiment, ReadonlyMap<string, Sketch>>();

/** All figures by name. */
function sketches(experiment: Experiment): ReadonlyMap<string, Sketch> {
  let found = known.get(experiment);
  if (!found) {
    found = new Map(Object.entries(draw(experiment)));
    known.set(experiment, found);
  }
  return found;
}

function draw(experiment: Experiment): { [figure: string]: Sketch } {
  const { figures, denoising } = experiment;
  const images = figures.images === "one-per-digit" ? null : figures.images;
  const all: { [figure: string]: Sketch } = {
    "learning-curves": {
      module: "learning-curves",
      params: figures.learning_curves,
      inputs: { curves: every("train", "curve"), dataset },
    },
  };
  const { axes, networks: members } = variantsOf(experiment);
  const several = members.some(({ training }) =>
    training.seed !== members[0]?.training.seed
  );
  const rates = axes[0]?.values ?? [];
  members.forEach(({ name: network, point, training }) => {
    const name = `reconstruction-${network}`;
    // The paper numbers its images by learning rate, in the order of the rates.
    const number = rates.indexOf(training.learning_rate) + 1;
    all[name] = {
      module: "reconstruction",
      params: {
        ...figures.reconstruction,
        name,
        number: number <= 3 ? number : null,
        learning_rate: training.learning_rate,
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
      params: { ...figures.reconstructions, images },
      inputs: {
        ...pictures,
        reconstructions: every("reconstruct", "reconstructions"),
        qualities: every("reconstruct", "quality"),
      },
    },
    denoising: {
      module: "denoising",
      params: { ...figures.denoising, images, kept: denoising.images },
      inputs: {
        ...pictures,
        denoisings: every("denoise", "denoising"),
        noisy: every("denoise", "noisy"),
        denoised: every("denoise", "denoised"),
      },
    },
    latent: {
      module: "latent",
      params: { ...figures.latent, images },
      inputs: { ...pictures, ...networks },
    },
    filters: {
      module: "filters",
      params: { ...figures.filters },
      inputs: { ...networks, dataset },
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
