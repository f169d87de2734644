/** The declarations of the stages that bring the dataset: `download` and `prepare`. */
import { resolve } from "node:path";
import type { Stage } from "../../pipeline/stage/declaration.ts";
import { every } from "../../pipeline/stage/declaration.ts";
import { hostOf } from "../download/host.ts";
import { FILES } from "../formats/mnist.ts";
import type { Resolved } from "./resolved.ts";

/** One instance for each file. */
export const download: Stage<Resolved> = {
  name: "download",
  title: "Fetch the dataset's files",
  environment: ["DATASET_MIRROR"],
  matrix: () => ({ file: Object.keys(FILES) }),
  at({ dataset }, { file }, { DATASET_MIRROR }) {
    const { name, bytes, sha256 } = FILES[file as keyof typeof FILES];
    const mirror = place(DATASET_MIRROR);
    const hosts = [mirror ?? "", ...dataset.mirrors]
      .flatMap((url) => hostOf(url) ?? []);
    return {
      runs: { kind: "module", module: "stages/download/stage.ts" },
      params: { name, bytes, sha256 },
      pinned: { file: sha256 },
      hints: {
        mirrors: dataset.mirrors,
        mirror,
        offline: dataset.offline,
      },
      outputs: {
        file: { file: name },
        source: { file: "source.json" },
      },
      permissions: {
        net: [...new Set(hosts)],
        read: mirror !== null && mirror.startsWith("/") ? [mirror] : [],
      },
    };
  },
};

/** A mirror from the environment: a URL, or a folder made absolute. */
function place(mirror: string | undefined): string | null {
  if (!mirror) return null;
  return /^https?:/i.test(mirror) ? mirror : resolve(mirror);
}

/** One instance: the splits, and what the dataset is. */
export const prepare: Stage<Resolved> = {
  name: "prepare",
  title: "Unpack the images and split them",
  at: ({ dataset, training }) => ({
    runs: { kind: "module", module: "stages/prepare/stage.ts" },
    place: "head",
    params: { name: dataset.name, validation: training.validation },
    inputs: {
      files: every("download", "file"),
      sources: every("download", "source"),
    },
    outputs: {
      "train-images": { file: "train-images.u8" },
      "validation-images": { file: "validation-images.u8" },
      "test-images": { file: "test-images.u8" },
      "test-labels": { file: "test-labels.u8" },
      dataset: { file: "dataset.json" },
    },
    resources: { memory: 500 },
  }),
};
