/** The data of the report: the inputs of its stage, read, checked and put together. */
import type { Task } from "../../pipeline/stage/task.ts";
import { ClaimsSchema, type Judgement } from "../formats/claims.ts";
import { type Dataset, DatasetSchema } from "../formats/dataset.ts";
import { readJson } from "../formats/json.ts";
import { type Metrics, MetricsSchema } from "../formats/metrics.ts";
import { type Digests, digests } from "./digests.ts";
import { readStudy, type Study } from "./network.ts";
import type { Params } from "./params.ts";
import { type Samples, samples } from "./samples.ts";

/** What the sections and the page's own code are given. */
export interface ReportData {
  readonly dataset: Dataset;
  readonly claims: readonly Judgement[];
  readonly study: Study;
  readonly samples: Samples;
  readonly digests: Digests;
  /** Where networks are of several datasets: the one whose images are shown, and the others, by title. */
  readonly several: {
    readonly shown: string;
    readonly others: readonly string[];
  } | undefined;
  /** With what stages of the configuration measured. */
  readonly metrics: Metrics;
}

/** Reads all inputs of the stage `report`. */
export async function read(task: Task<Params>): Promise<ReportData> {
  const { data } = task.params;
  const study = readStudy(task);
  return {
    dataset: readJson(task.input("dataset"), DatasetSchema),
    claims: readJson(task.input("claims"), ClaimsSchema),
    study,
    samples: samples(task, study),
    several: data && {
      shown: data.all.find(({ name }) => name === data.shown)?.title ??
        data.shown,
      others: data.all.filter(({ name }) => name !== data.shown)
        .map(({ title }) => title),
    },
    digests: await digests(task),
    metrics: readJson(task.input("metrics"), MetricsSchema),
  };
}
