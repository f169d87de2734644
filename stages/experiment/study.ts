/** The networks of an experiment: one at each point of its axes, with its own settings. */
import type { Point } from "../../pipeline/stage/declaration.ts";
import {
  canonical,
  type Json,
  type JsonObject,
} from "../../pipeline/stage/json.ts";
import { type Axis, coordinate } from "../formats/axis.ts";
import type { Member, Study } from "../formats/study.ts";
import { atPoint } from "../formats/names.ts";
import { COUNTS } from "../formats/mnist.ts";
import { type Complaint, readAxes } from "../paper/axes.ts";
import { FIXED, SETTINGS, type Tables } from "./settings.ts";

/** One network, and the settings that are its own. */
interface Variant extends Member {
  readonly training: Tables["training"];
  readonly network: Tables["network"];
  readonly dataset: Tables["dataset"];
  /** What differs from the tables besides learning rate and seed, by path. */
  readonly settings: JsonObject;
}

/** What varies, and every network. */
interface Variants {
  readonly axes: readonly Axis[];
  readonly networks: readonly Variant[];
}

/** In every name and every point: what a network is first asked for. */
const ALWAYS = ["training.learning_rate", "training.seed"];

/** Every stage asks for them, and so does each of its instances. */
const known = new WeakMap<
  Tables,
  Variants & { readonly study: Study }
>();

/** The networks of an experiment. */
export function variantsOf(experiment: Tables): Variants {
  return found(experiment);
}

/** The same as stages get it among their parameters. */
export function studyOf(experiment: Tables): Study {
  return found(experiment).study;
}

/** The network at a point. */
export function variantAt(experiment: Tables, point: Point): Variant {
  return atPoint(found(experiment).networks, point);
}

function found(experiment: Tables) {
  let all = known.get(experiment);
  if (!all) {
    const { axes, networks } = variants(experiment);
    all = {
      axes,
      networks,
      study: {
        axes,
        networks: networks.map(({ name, group, point, at }) => ({
          name,
          group,
          point,
          at,
        })),
      },
    };
    known.set(experiment, all);
  }
  return all;
}

type Setting = readonly [setting: string, value: Json];

/** Several times what anybody trains, and what can be planned in a few seconds. */
const NETWORKS = 10_000;

/** What is wrong with the networks, though every setting is right in itself. */
export function problemsOf(tables: Tables): Complaint[] {
  const { axes, zipped, complaints } = readAxes(tables.axes, SETTINGS, FIXED);
  if (complaints.length > 0) return []; // told where the axes are read
  const many = dimensions(axes, zipped)
    .reduce((product, { length }) => product * length, 1);
  if (many > NETWORKS) {
    return [{
      keys: ["axes"],
      message: `all values together are ${many} networks; ` +
        `allowed are at most ${NETWORKS}`,
    }];
  }
  const { networks } = variantsOf(tables);
  const byName = Map.groupBy(networks, ({ name }) => name);
  const twice = networks.find(({ name }) => byName.get(name)!.length > 1);
  if (twice) {
    return [{
      keys: ["axes"],
      message: `two networks have the name "${twice.name}"`,
    }];
  }
  const found = new Map<string, Complaint>();
  for (const { training, name, dataset } of networks) {
    // How many images other data has shows when it is fetched.
    if (dataset.name !== "mnist") continue;
    const { batch_size, images, validation } = training;
    const left = COUNTS.train - validation;
    if (left < 1) {
      complain(
        "validation",
        name,
        `${validation} leaves none of the ${COUNTS.train} images to train with`,
      );
    } else if (images !== "all" && images > left) {
      complain(
        "images",
        name,
        `${images} is more than the ${left} images that ${validation} for validation leave`,
      );
    } else if (batch_size > (images === "all" ? left : images)) {
      complain(
        "batch_size",
        name,
        `${batch_size} is more than the ${
          images === "all" ? left : images
        } training images`,
      );
    }
  }
  return [...found.values()];

  function complain(key: string, name: string, message: string): void {
    const setting = `training.${key}`;
    const axis = Object.hasOwn(tables.axes, setting);
    found.set(key, {
      keys: axis ? ["axes", setting] : ["training", key],
      message: axis ? `${message} (of the network ${name})` : message,
    });
  }
}

/** All networks, the learning rate slowest and the seed fastest. */
function variants(tables: Tables): Variants {
  const { axes: declared, zipped } = readAxes(tables.axes, SETTINGS, FIXED);
  const implied = ALWAYS.filter((setting) =>
    !declared.some((axis) => axis.setting === setting)
  ).map((setting) => ({
    name: setting === ALWAYS[0] ? "lr" : "seed",
    setting,
    values: [get(tables, setting)],
  }));
  // Those of every name first, then by path: an experiment whose axes are written in
  // another order is the same, with the same names.
  const axes = [...implied, ...declared]
    .toSorted((a, b) =>
      rank(a.setting) - rank(b.setting) || (a.setting < b.setting ? -1 : 1)
    )
    .map((axis) => ({ ...axis, base: get(tables, axis.setting) }));
  let combinations: (readonly Setting[])[] = [[]];
  for (const dimension of dimensions(axes, zipped)) {
    combinations = combinations.flatMap((before) =>
      dimension.map((settings) => [...before, ...settings])
    );
  }
  return {
    axes,
    networks: combinations.map((settings) => variant(tables, axes, settings)),
  };
}

function rank(setting: string): number {
  const place = ALWAYS.indexOf(setting);
  return place < 0 ? ALWAYS.length : place;
}

/** Axes that are crossed: each a list of what is set at each of its places. */
function dimensions(
  axes: readonly Omit<Axis, "base">[],
  zipped: readonly string[],
): readonly (readonly (readonly Setting[])[])[] {
  const together = axes.filter(({ setting }) => zipped.includes(setting));
  const alone = axes.filter(({ setting }) => !zipped.includes(setting));
  const isSeed = (axis: Omit<Axis, "base">) => axis.setting === ALWAYS[1];
  const single = ({ setting, values }: Omit<Axis, "base">) =>
    values.map((value): readonly Setting[] => [[setting, value]]);
  return [
    ...alone.filter(({ setting }) => setting === ALWAYS[0]).map(single),
    ...(together.length > 0
      ? [
        together[0]!.values.map((_, place) =>
          together.map(({ setting, values }): Setting => [
            setting,
            values[place]!, // all have one length
          ])
        ),
      ]
      : []),
    ...alone.filter((axis) => axis.setting !== ALWAYS[0] && !isSeed(axis))
      .map(single),
    ...alone.filter(isSeed).map(single),
  ];
}

function variant(
  tables: Tables,
  axes: readonly Axis[],
  settings: readonly Setting[],
): Variant {
  const values = new Map(settings);
  const point: Record<string, ReturnType<typeof coordinate>> = {};
  const at: Record<string, Json> = {};
  const name: string[] = [];
  const group: string[] = [];
  const own: Record<string, Json> = {};
  for (const { name: axis, setting, base: usual } of axes) {
    const value = values.get(setting)!; // every axis is in every combination
    const base = canonical(value) === canonical(usual);
    at[axis] = value;
    if (!base || ALWAYS.includes(setting)) point[axis] = coordinate(value);
    if (!base && !ALWAYS.includes(setting)) own[setting] = value;
    if (!base || setting === ALWAYS[0]) {
      const part = `${axis}-${coordinate(value)}`;
      name.push(part);
      if (setting !== ALWAYS[1]) group.push(part);
    }
  }
  return {
    name: name.join("-"),
    group: group.join("-"),
    point,
    at,
    training: over(tables.training, "training", values),
    network: over(tables.network, "network", values),
    dataset: over(tables.dataset, "dataset", values),
    settings: own,
  };
}

/** A table with what is set in it at a point. */
function over<Table extends object>(
  table: Table,
  name: string,
  values: ReadonlyMap<string, Json>,
): Table {
  const own = [...values].flatMap(([setting, value]) => {
    const [around, key = ""] = setting.split(".");
    return around === name ? [[key, value]] : [];
  });
  return own.length === 0 ? table : { ...table, ...Object.fromEntries(own) };
}

function get(tables: Tables, setting: string): Json {
  const [table = "", key = ""] = setting.split(".");
  const values = new Map<string, object>(Object.entries(tables)).get(table);
  return (values as { readonly [key: string]: Json })[key]!; // SETTINGS names only these
}
