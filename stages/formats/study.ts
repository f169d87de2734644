/**
 * The study: what varies, and the networks that follow from it, by name. Part of
 * the parameters of every stage that speaks of several networks.
 */
import type { Point } from "../../pipeline/stage/declaration.ts";
import { type Axis, DATASET } from "./axis.ts";
import { atPoint } from "./names.ts";
import { canonical, type Json } from "../../pipeline/stage/json.ts";

/** One network of a study. */
export type Member = {
  /** `lr-0.01`, or `lr-0.01-batch_size-32` where that is not the setting of all. */
  readonly name: string;
  /** The name that it shares with those that differ from it in their seed alone. */
  readonly group: string;
  /** Where the stages run: without the axes on which it is as the tables say. */
  readonly point: Point;
  /** Its place on every axis. */
  readonly at: { readonly [axis: string]: Json };
};

/** A type, not an interface: it is JSON. */
export type Study = {
  readonly axes: readonly Axis[];
  readonly networks: readonly Member[];
};

/** A study's networks of one dataset, as a study of its own. */
export function studyWith(study: Study, dataset: string): Study {
  const axis = study.axes.find(({ setting }) => setting === DATASET.setting);
  if (!axis || axis.values.length === 1) return study;
  const networks = study.networks.filter(({ at }) => at[axis.name] === dataset);
  return {
    networks,
    axes: study.axes.map((one) => ({
      ...one,
      // Where axes advance together, not all values are of this data.
      values: one.values.filter((value) =>
        networks.some(({ at }) => canonical(at[one.name]!) === canonical(value))
      ),
    })),
  };
}

/** The network at a point. */
export function memberAt({ networks }: Study, point: Point): Member {
  return atPoint(networks, point);
}
