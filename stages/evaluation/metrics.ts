/** Gathers what was measured of every model into the one file that other tools read. */
import * as v from "valibot";
import { canonicalPretty } from "../../pipeline/stage/json.ts";
import type { Task } from "../../pipeline/stage/task.ts";
import { CurveSchema } from "../formats/curve.ts";
import { DatasetSchema } from "../formats/dataset.ts";
import { DenoisingSchema } from "../formats/denoising.ts";
import { readJson } from "../formats/json.ts";
import { type Metrics, MetricsSchema } from "../formats/metrics.ts";
import { rounded } from "../formats/number.ts";
import { QualitySchema } from "../formats/quality.ts";
import { gatherMeasured } from "./measured.ts";
import { fileOf, severalSeeds } from "../formats/names.ts";
import { coordinate } from "../formats/axis.ts";
import { memberAt, type Study } from "../formats/study.ts";

/** The networks by name. */
export interface Params {
  readonly study: Study;
  /** The datasets that networks are of; where there are several, each is an input `dataset NAME`. */
  readonly data: readonly string[];
  /** Other stages that measure, each an input `measured STAGE`. */
  readonly measuring?: readonly string[];
}

/**
 * Writes `metrics`: the dataset, and for every model its losses and measures;
 * with several seeds also what they have in common (`seeds`).
 */
export default function metrics(task: Task<Params>): void {
  const { params } = task;
  const { study } = params;
  const qualities = task.inputs("qualities");
  const denoisings = task.inputs("denoisings");
  const curves = task.inputs("curves");
  const several = severalSeeds(curves);
  const measured = curves.map(({ point, path }) => ({
    member: memberAt(study, point),
    curve: readJson(path, CurveSchema),
    test: readJson(fileOf(point, qualities), QualitySchema),
    denoising: readJson(fileOf(point, denoisings), DenoisingSchema),
  }));
  const others = study.axes.filter(({ name }) => !EVERY.includes(name));
  const all = {
    ...(others.length > 0 && {
      axes: Object.fromEntries(others.map(({ name, setting, base }) => [
        name,
        { setting, base: coordinate(base) },
      ])),
    }),
    dataset: readJson(task.input("dataset"), DatasetSchema),
    ...(params.data.length > 1 && {
      datasets: Object.fromEntries(
        params.data.map((name) => [
          name,
          readJson(task.input(`dataset ${name}`), DatasetSchema),
        ]),
      ),
    }),
    ...gatherMeasured(task, params.measuring ?? []),
    models: Object.fromEntries(
      measured.map(({ member, curve, test, denoising }) => [
        member.name,
        {
          ...curve,
          ...(others.length > 0 && {
            at: Object.fromEntries(
              others.map(({ name }) => [name, coordinate(member.at[name]!)]), // it stands on all axes
            ),
          }),
          engine: curve.engine.name,
          test,
          denoising,
        },
      ]),
    ),
    ...(several && {
      seeds: together(measured.map(({ member, curve, test }) => ({
        ...test,
        group: member.group,
        validation_loss: curve.epochs.at(-1)?.validation_loss ?? null,
      }))),
    }),
  };
  // The schema leaves out what the metrics do not name.
  const metrics: Metrics = v.parse(MetricsSchema, all);
  Deno.writeTextFileSync(task.output("metrics"), canonicalPretty(metrics));
}

/** The axes that a network's own fields tell. */
const EVERY: readonly string[] = ["lr", "seed"];

const MEASURES = ["validation_loss", "mse", "psnr", "ssim"] as const;

/** Of the networks that differ in their seed alone: mean, least and greatest. */
function together(
  measured: readonly (
    & { readonly group: string }
    & { readonly [measure in typeof MEASURES[number]]: number | null }
  )[],
): NonNullable<Metrics["seeds"]> {
  const groups = Map.groupBy(measured, ({ group }) => group);
  return Object.fromEntries(Array.from(groups, ([group, all]) => [
    group,
    Object.fromEntries(MEASURES.flatMap((measure) => {
      const values = all.map((one) => one[measure]);
      // A perfect reconstruction has no PSNR, and then there is no mean.
      if (!values.every((value) => value !== null)) return [];
      const sum = values.reduce((a, b) => a + b, 0);
      return [[measure, {
        mean: rounded(sum / values.length),
        least: Math.min(...values),
        greatest: Math.max(...values),
      }]];
    })),
  ]));
}
