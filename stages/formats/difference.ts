/** Where two networks' weights differ, and by how much: in words, for `verify`. */
import { StageError } from "../../pipeline/stage/task.ts";
import { type LayersModel, parseLayersModel } from "./layers-model.ts";

type Read = (path: string) => Uint8Array<ArrayBuffer> | undefined;

/**
 * The largest difference between two versions of a `weights.bin`; `undefined` for
 * other files, equal ones, and networks of different layers.
 */
export function difference(
  path: string,
  was: Read,
  now: Read,
): string | undefined {
  if (!path.endsWith("/weights.bin")) return undefined;
  const before = networkAt(path, was);
  const after = networkAt(path, now);
  if (!before || before.values.length !== after?.values.length) {
    return undefined;
  }
  const gap = (index: number) =>
    Math.abs(before.values[index]! - after.values[index]!); // equally many
  let largest = -1;
  let differing = 0;
  before.values.forEach((value, index) => {
    if (Object.is(value, after.values[index])) return;
    differing++;
    if (largest < 0 || gap(index) > gap(largest)) largest = index;
  });
  const weight = before.weights.find(({ offset, length }) =>
    offset <= largest && largest < offset + length
  );
  if (!weight) return undefined;
  const { name, layersDims, offset } = weight;
  return `${name}[${position(largest - offset, layersDims).join(",")}]: ` +
    `${before.values[largest]} → ${after.values[largest]}; ` +
    `${differing} of ${before.values.length} values differ`;
}

/** The network whose weights are at a path; `undefined` if it is not there or cannot be read. */
function networkAt(path: string, read: Read): LayersModel | undefined {
  const place = path.replace(/weights\.bin$/, "model.json");
  const model = read(place);
  const weights = read(path);
  if (!model || !weights) return undefined;
  try {
    return parseLayersModel(
      { model: new TextDecoder().decode(model), weights },
      place,
    );
  } catch (error) {
    if (error instanceof StageError) return undefined;
    throw error;
  }
}

/** The place in a tensor by axis. */
function position(index: number, dims: readonly number[]): number[] {
  const place: number[] = [];
  for (const length of dims.toReversed()) {
    place.unshift(index % length);
    index = Math.floor(index / length);
  }
  return place;
}
