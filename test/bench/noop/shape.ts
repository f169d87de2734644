/**
 * The synthetic pipeline of the benchmark: layers of ten instances, each with
 * three inputs: two outputs of the layer before and one file of its own. The
 * first layer has three files.
 */

/** One instance: where it stands, and the paths of its inputs and its output. */
export interface Node {
  readonly layer: number;
  readonly place: number;
  readonly inputs: readonly string[];
  readonly output: string;
}

const WIDTH = 10;

/** The nodes of a pipeline with so many instances, producers first. */
export function nodes(instances: number): Node[] {
  return Array.from({ length: instances }, (_, index) => {
    const layer = Math.floor(index / WIDTH);
    const place = index % WIDTH;
    const own = `data/${layer}-${place}.txt`;
    const inputs = layer === 0
      ? [own, `data/a-${place}.txt`, `data/b-${place}.txt`]
      : [own, out(layer - 1, place), out(layer - 1, (place + 1) % WIDTH)];
    return { layer, place, inputs, output: out(layer, place) };
  });
}

/** The file inputs of a pipeline. */
export function files(of: readonly Node[]): string[] {
  return of.flatMap(({ inputs }) =>
    inputs.filter((path) => path.startsWith("data/"))
  );
}

/** The file whose edit runs one instance and nothing else: the last one's own. */
export function edited(of: readonly Node[]): string {
  return of.at(-1)!.inputs[0]!; // a pipeline has at least one instance
}

function out(layer: number, place: number): string {
  return `out/${layer}-${place}.txt`;
}
