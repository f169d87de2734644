/** Which datasets the networks of an experiment are of, and where their images are prepared. */
import type { Point } from "../../pipeline/stage/declaration.ts";
import { canonical } from "../../pipeline/stage/json.ts";
import { DATASET } from "../formats/axis.ts";
import type { Complaint } from "../paper/axes.ts";
import { KEYS, type Source, sourceOf, TAKEN, unknownData } from "./datasets.ts";
import type { Tables } from "./settings.ts";
import { variantsOf } from "./study.ts";

/** The names of the datasets that networks are of, in their order. */
export function namesOf(tables: Tables): string[] {
  return [
    ...new Set(variantsOf(tables).networks.map(({ dataset }) => dataset.name)),
  ];
}

/** Whether networks of several datasets are compared. */
export function severalData(tables: Tables): boolean {
  return namesOf(tables).length > 1;
}

/** The settings by which the images of networks differ: the data, and what is held out. */
const APART = [DATASET.setting, "training.validation"];

/** Where the images of a network's point are prepared, or with `fetched` where they are fetched. */
export function dataPoint(
  tables: Tables,
  point: Point,
  fetched = false,
): Point {
  const axes = variantsOf(tables).axes.filter(({ setting }) =>
    fetched ? setting === APART[0] : APART.includes(setting)
  );
  return Object.fromEntries(
    axes.flatMap(({ name }) => {
      const value = point[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** The points at which images are prepared, or fetched: each once. */
export function dataPoints(tables: Tables, fetched = false): Point[] {
  const all = new Map(
    variantsOf(tables).networks.map(({ point }) => {
      const own = dataPoint(tables, point, fetched);
      return [canonical(own), own];
    }),
  );
  return [...all.values()];
}

/**
 * Of several, the data of which single things speak: that of the networks whose names
 * say nothing of it, or of the first.
 */
export function mainPoint(tables: Tables): Point {
  const points = dataPoints(tables);
  return points.find((point) => Object.keys(point).length === 0) ??
    points[0]!; // there is a network
}

/** The first of the networks whose images are prepared at a point: they share what these depend on. */
export function networkAt(
  tables: Tables,
  point: Point,
): ReturnType<typeof variantsOf>["networks"][number] {
  const wanted = canonical(point);
  return variantsOf(tables).networks.find((network) =>
    canonical(dataPoint(tables, network.point)) === wanted
  )!; // points are made from networks
}

/** The dataset at such a point. */
export function sourceAt(tables: Tables, point: Point): Source {
  const name = point[DATASET.name] ?? tables.dataset.name;
  return sourceOf(tables, String(name));
}

/** What is wrong with names and files of datasets, though each table is right in itself. */
export function dataProblems(tables: Tables): Complaint[] {
  const { dataset, datasets, axes } = tables;
  const taken = TAKEN.filter((name) => Object.hasOwn(datasets, name));
  if (taken.length > 0) {
    return taken.map((name) => ({
      keys: ["datasets", name],
      message: name === "glyphs"
        ? '"glyphs" are the digits that are drawn where MNIST cannot be had; give this dataset another name'
        : `"${name}" is built in, with its files and digests; give this dataset another name`,
    }));
  }
  const axis = axes[DATASET.setting];
  const listed = Array.isArray(axis)
    ? axis
    : (axis as { values?: unknown; choice?: unknown } | undefined)?.values;
  const unknown: Complaint[] = [
    ...(Array.isArray(listed)
      ? listed.map((name, index) => ({
        name,
        keys: [
          "axes",
          DATASET.setting,
          ...(Array.isArray(axis) ? [] : ["values"]),
          String(index),
        ],
      }))
      : namesOf(tables).map((name) => ({
        name,
        keys: axis === undefined
          ? ["dataset", "name"]
          : ["axes", DATASET.setting],
      }))),
    ...(axis === undefined
      ? []
      : [{ name: dataset.name, keys: ["dataset", "name"] }]),
  ].flatMap(({ name, keys }) => {
    const message = unknownData(tables, String(name));
    return message === undefined ? [] : [{ keys, message }];
  });
  if (unknown.length > 0) return unknown;
  return namesOf(tables).flatMap((name) => {
    const declared = datasets[name];
    if (!declared) return [];
    const open = KEYS.filter((key) => {
      const one = declared[key];
      return one && (one.bytes === undefined || one.sha256 === undefined);
    });
    return open.length === 0 ? [] : [{
      keys: ["datasets", name, open[0]!],
      message: `${open.join(", ")} of ${name} ${
        open.length === 1 ? "has" : "have"
      } no size and SHA-256 yet; \`deno task pin\` fetches the files once and writes both here`,
    }];
  });
}
