/** What an archive of this paper says of itself, and is judged by: part of its own verifier. */
import { configured, findings, verdicts } from "./paper/judgement.ts";
import { publicationOf } from "./paper/publication.ts";
import { experimentSchema, pipeline } from "./pipeline.ts";
import type { Experiment } from "./settings.ts";

export { findings, pipeline, verdicts };

/** The configuration that the sources have. */
export function experiment(
  read: (source: string) => Uint8Array,
): ReturnType<typeof configured> {
  return configured(experimentSchema, read);
}

/** What is said of the paper; its archive is called NAME-VERSION.zip. */
export function publication(
  experiment: Experiment,
): ReturnType<typeof publicationOf> {
  return publicationOf(experiment, { name: "paper", sources: ["data"] });
}
