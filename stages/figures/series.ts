/** Networks that differ in their seed alone: one line or row of a figure. */
import type { Point } from "../../pipeline/stage/declaration.ts";
import type { Task } from "../../pipeline/stage/task.ts";
import { labelsOf, subjectOf, varying } from "../formats/label.ts";
import { type LayersModel, readLayersModel } from "../formats/layers-model.ts";
import { fileOf } from "../formats/names.ts";
import { threeDigits } from "../formats/number.ts";
import { memberAt, type Study } from "../formats/study.ts";

/** A setting of every figure over several networks. */
export interface Compared {
  readonly study: Study;
}

/** The trained networks. */
export function readNetworks<Params>(
  task: Task<Params>,
): { readonly point: Point; readonly network: LayersModel }[] {
  const weights = task.inputs("weights");
  return task.inputs("models").map(({ point, path }) => ({
    point,
    network: readLayersModel(path, fileOf(point, weights)),
  }));
}

/** Networks that differ in their seed alone. */
export interface Series<Network> {
  /** `lr 0.1`. */
  readonly label: string;
  /** Its value on the axis that colours can stand for; nothing if there is none. */
  readonly value: number | null;
  /** One a seed, in the order of the seeds. */
  readonly all: readonly Network[];
  /** The one of the first seed: pictures of all would fill pages. */
  readonly shown: Network;
}

/** Networks by what they differ in besides their seeds, in the order of the experiment. */
export function seriesOf<Network extends { readonly point: Point }>(
  study: Study,
  networks: readonly Network[],
): Series<Network>[] {
  const label = labelsOf(study);
  const axis = scaleAxis(study);
  const groups = Map.groupBy(
    networks,
    ({ point }) => label(memberAt(study, point)),
  );
  return Array.from(groups, ([label, all]) => {
    const shown = all[0]!; // a group has a member
    const value = axis && memberAt(study, shown.point).at[axis];
    return {
      label,
      value: typeof value === "number" ? value : null,
      all,
      shown,
    };
  });
}

/** The axis that colours stand for where there are many series: the first of numbers. */
export function scaleAxis(study: Study): string | null {
  return varying(study).find(({ values }) =>
    values.every((value) => typeof value === "number")
  )?.name ?? null;
}

/** "by learning rate (lr)", or of one series what it is: "with lr 0.1". */
export function distinction(
  study: Study,
  series: readonly Pick<Series<unknown>, "label">[],
): string {
  return series.length === 1
    ? `with ${series[0]!.label}`
    : `by ${subjectOf(study)}`;
}

/** Groups that a figure has room for, and what its caption says of it. */
export interface Selection<Group> {
  readonly groups: readonly Group[];
  readonly said: readonly string[];
}

/**
 * At most so many groups, evenly from the first to the last, so that a figure stays
 * on its page. One that must not be missing takes the place of its neighbour.
 */
export function someOf<Group>(
  groups: readonly Group[],
  most: number,
  needed?: Group,
): Selection<Group> {
  if (groups.length <= most) return { groups, said: [] };
  const places = most === 1 ? [0] : Array.from(
    { length: most },
    (_, at) => Math.round(at * (groups.length - 1) / (most - 1)),
  );
  const place = needed === undefined ? -1 : groups.indexOf(needed);
  if (place >= 0 && !places.includes(place)) {
    const near = places.reduce((a, b) =>
      Math.abs(b - place) < Math.abs(a - place) ? b : a
    );
    places[places.indexOf(near)] = place;
  }
  return {
    groups: places.map((at) => groups[at]!),
    said: [
      `Of ${groups.length} settings, ${places.length} ${
        places.length === 1 ? "is" : "are"
      } shown.`,
    ],
  };
}

/** A number of three digits, or with several seeds its least and greatest. */
export function range(values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)]
    .map(threeDigits);
  return low === high ? low! : `${low}–${high}`;
}

/** What a caption says of several seeds; nothing of one. */
export function seedsShown(
  series: readonly Series<{ readonly point: Point }>[],
): string[] {
  const { all, shown } = series[0]!; // there is a network
  return all.length > 1
    ? [`Of ${all.length} seeds, seed ${shown.point.seed} is shown.`]
    : [];
}
