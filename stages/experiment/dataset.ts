/** The declarations of the stages that bring the datasets: `download` and `prepare`. */
import { join, resolve } from "node:path";
import type { Point, Stage } from "../../pipeline/stage/declaration.ts";
import { output } from "../../pipeline/stage/declaration.ts";
import { hostOf } from "../download/host.ts";
import type { Role } from "../formats/mnist.ts";
import { dataPoint, dataPoints, networkAt, sourceAt } from "./data.ts";
import type { Pinned, Source } from "./datasets.ts";
import type { Resolved } from "./resolved.ts";

/** One instance for each file. */
export const download: Stage<Resolved> = {
  name: "download",
  title: "Fetch the dataset's files",
  environment: ["DATASET_MIRROR"],
  matrix: (experiment) =>
    dataPoints(experiment, true).flatMap((point) =>
      Object.keys(sourceAt(experiment, point).files)
        .map((file): Point => ({ file, ...point }))
    ),
  at(experiment, point, { DATASET_MIRROR }) {
    const source = sourceAt(experiment, point);
    const { name, bytes, sha256 }: Pinned = source.files[point.file as Role]!; // the matrix names only these
    const { mirror, mirrors } = placesOf(source, DATASET_MIRROR);
    const places = [mirror ?? [], ...mirrors].flat();
    return {
      runs: { kind: "module", module: "stages/download/stage.ts" },
      params: { name, bytes, sha256 },
      pinned: { file: sha256 },
      hints: {
        mirrors,
        mirror,
        offline: source.builtIn ? experiment.dataset.offline : "fail",
        ...(!source.builtIn && { dataset: source.name }),
      },
      outputs: {
        file: { file: name },
        source: { file: "source.json" },
      },
      permissions: {
        net: [...new Set(places.flatMap((place) => hostOf(place) ?? []))],
        read: [...new Set(places.filter((place) => place.startsWith("/")))],
      },
    };
  },
};

/** Where the files of a dataset are looked for: in the place of the environment first. */
export function placesOf(
  { name, builtIn, mirrors }: Pick<Source, "name" | "builtIn" | "mirrors">,
  given: string | undefined,
): { readonly mirror: string | null; readonly mirrors: string[] } {
  const declared = mirrors.map(placeOf);
  if (!given) return { mirror: null, mirrors: declared };
  const place = placeOf(given);
  if (builtIn) return { mirror: place, mirrors: declared };
  // Datasets have files of equal names: each has a folder there, or the only one all.
  return { mirror: below(place, name), mirrors: [place, ...declared] };
}

/** A mirror: a URL, or a folder made absolute. */
function placeOf(mirror: string): string {
  return /^https?:/i.test(mirror) ? mirror : resolve(mirror);
}

/** The folder of that name in such a place. */
function below(place: string, name: string): string {
  return place.startsWith("/")
    ? join(place, name)
    : `${place.replace(/\/+$/, "")}/${name}/`;
}

/** One instance for each dataset, and for each number of images that is held out. */
export const prepare: Stage<Resolved> = {
  name: "prepare",
  title: "Unpack the images and split them",
  matrix: (experiment) => dataPoints(experiment),
  at(experiment, point) {
    const { name, title, files } = sourceAt(experiment, point);
    const fetched = dataPoint(experiment, point, true);
    const roles = Object.entries(files);
    const from = (kind: "file" | "source") =>
      Object.fromEntries(
        roles.map(([file]) => [
          `${file} ${kind}`,
          output("download", kind, { file, ...fetched }),
        ]),
      );
    return {
      runs: { kind: "module", module: "stages/prepare/stage.ts" },
      place: "head",
      params: {
        name,
        title,
        files: Object.fromEntries(
          roles.map(([role, { name }]) => [role, name]),
        ),
        validation: networkAt(experiment, point).training.validation,
      },
      inputs: { ...from("file"), ...from("source") },
      outputs: {
        "train-images": { file: "train-images.u8" },
        "validation-images": { file: "validation-images.u8" },
        "test-images": { file: "test-images.u8" },
        "test-labels": { file: "test-labels.u8" },
        dataset: { file: "dataset.json" },
      },
      resources: { memory: 500 },
    };
  },
};
