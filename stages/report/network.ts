/** The networks that the report is about: where each stands, and what was measured of it. */
import type { Point } from "../../pipeline/stage/declaration.ts";
import type { Json } from "../../pipeline/stage/json.ts";
import type { Task } from "../../pipeline/stage/task.ts";
import { CurveSchema } from "../formats/curve.ts";
import { type Denoising, DenoisingSchema } from "../formats/denoising.ts";
import { readJson } from "../formats/json.ts";
import { readLayersModel } from "../formats/layers-model.ts";
import { type Metrics, MetricsSchema } from "../formats/metrics.ts";
import { fileOf } from "../formats/names.ts";
import { type Axis, coordinate, DATASET } from "../formats/axis.ts";
import { memberAt } from "../formats/study.ts";
import { type Chain, codeOf, type Shape } from "../network/layer.ts";
import { parameters } from "../network/weights.ts";
import type { Training } from "./curve.ts";
import type { Params } from "./params.ts";

/** A trained network, and what was measured of it. */
export interface Network {
  readonly name: string;
  readonly point: Point;
  /** Its place on every axis. */
  readonly at: { readonly [axis: string]: Json };
  readonly seed: number;
  readonly training: Training;
  readonly test: Metrics["models"][string]["test"];
  readonly denoising: Denoising;
}

/** The layers of a network. */
export interface Architecture {
  readonly chain: Chain;
  /** How many layers lead to the code, and what it is. */
  readonly code: { readonly layers: number; readonly shape: Shape };
  /** Numbers that are trained. */
  readonly parameters: number;
}

/** The networks that differ in their seed alone. */
export interface Group {
  /** What tells it from the others: `0.01`, or `lr 0.01, batch_size 32`. */
  readonly label: string;
  /** The same in a sentence, and at its beginning: `learning rate 0.01`. */
  readonly about: string;
  readonly head: string;
  /** The value on each axis that tells groups apart. */
  readonly values: readonly Json[];
  /** The dataset that it is of, where there are several. */
  readonly data: string | null;
  readonly architecture: Architecture;
  readonly networks: readonly Network[];
}

/** What varies but for the seed: `{ axes: ["Learning rate"], … }`. */
export interface Study {
  /** Heads of the columns that tell groups apart. */
  readonly axes: readonly string[];
  readonly groups: readonly Group[];
  /** In order. */
  readonly seeds: readonly number[];
}

/** Reads the networks, in the order of the experiment. */
export function readStudy(task: Task<Params>): Study {
  const { study } = task.params;
  const metrics = readJson(task.input("metrics"), MetricsSchema);
  const denoisings = task.inputs("denoisings");
  const networks = task.inputs("curves").map(({ point, path }) => {
    const { name, group, at } = memberAt(study, point);
    const measured = metrics.models[name];
    if (!measured) throw new Error(`No ${name} in the metrics`);
    return {
      name,
      group,
      point,
      at,
      seed: measured.seed,
      training: readJson(path, CurveSchema),
      test: measured.test,
      denoising: readJson(fileOf(point, denoisings), DenoisingSchema),
    };
  });
  const axes = telling(study.axes);
  const groups = Map.groupBy(networks, ({ group }) => group);
  const several = task.params.data !== undefined;
  return {
    axes: axes.map(({ name }) => name === "lr" ? "Learning rate" : name),
    groups: Array.from(groups.values(), (networks) => {
      const { at, point } = networks[0]!; // a group has a member
      return {
        ...nameOf(axes, at),
        values: axes.map(({ name }) => at[name]!),
        data: several ? String(at[DATASET.name]) : null,
        architecture: readArchitecture(task, point),
        networks,
      };
    }),
    seeds: [...new Set(networks.map(({ seed }) => seed))],
  };
}

/** The axes that tell groups apart; of one group alone the learning rate. */
function telling(axes: readonly Axis[]): readonly Axis[] {
  const others = axes.filter(({ setting }) => setting !== "training.seed");
  const several = others.filter(({ values }) => values.length > 1);
  return several.length > 0 ? several : others.slice(0, 1);
}

function nameOf(
  axes: readonly Axis[],
  at: { readonly [axis: string]: Json },
): Pick<Group, "label" | "about" | "head"> {
  const text = (name: string) => String(coordinate(at[name]!)); // it is on every axis
  if (axes.length === 1 && axes[0]!.name === "lr") {
    const label = text("lr");
    const [about, head] = [`learning rate ${label}`, `Learning rate ${label}`];
    return { label, about, head };
  }
  const label = axes.map(({ name }) => `${name} ${text(name)}`).join(", ");
  return { label, about: label, head: label };
}

function readArchitecture(task: Task<Params>, point: Point): Architecture {
  const { chain, weights } = readLayersModel(
    fileOf(point, task.inputs("models")),
    fileOf(point, task.inputs("weights")),
  );
  return { chain, code: codeOf(chain), parameters: parameters(weights) };
}
