/**
 * The state of a training run in one file: one line of JSON that says whose
 * state it is and holds the curve, then the three vectors as 32-bit floats,
 * little-endian.
 */
import { canonical, type JsonObject } from "../../pipeline/stage/json.ts";
import type { Curve } from "./curve.ts";
import type { Vectors } from "./adam.ts";

/** Everything that training needs to go on. */
export interface State {
  /** Epochs that are complete. */
  readonly epoch: number;
  readonly vectors: Vectors;
  readonly curve: Curve;
}

/** What a state belongs to: the engine, the graph, the settings. */
export type Owner = JsonObject;

export function write(owner: Owner, state: State): Uint8Array<ArrayBuffer> {
  const { epoch, vectors: { parameters, first, second }, curve } = state;
  const line = canonical({ owner, epoch, curve, length: parameters.length });
  const head = new TextEncoder().encode(line + "\n");
  const bytes = new Uint8Array(head.length + 3 * 4 * parameters.length);
  bytes.set(head);
  const view = new DataView(bytes.buffer, head.length);
  [parameters, first, second].forEach((vector, place) =>
    vector.forEach((value, index) =>
      view.setFloat32(4 * (place * parameters.length + index), value, true)
    )
  );
  return bytes;
}

/** The state, or why it cannot be used. */
export function read(
  bytes: Uint8Array,
  owner: Owner,
): { kind: "state"; state: State } | { kind: "foreign"; reason: string } {
  const end = bytes.indexOf(10);
  let head;
  try {
    head = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end)));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { kind: "foreign", reason: "it is no checkpoint of a training" };
  }
  for (
    const key of new Set([
      ...Object.keys(owner),
      ...Object.keys(head.owner ?? {}),
    ])
  ) {
    const [was, now] = [head.owner?.[key], owner[key]];
    if (canonical(was ?? null) !== canonical(now ?? null)) {
      return {
        kind: "foreign",
        reason: `its ${key} is ${canonical(was ?? null)} instead of ${
          canonical(now ?? null)
        }`,
      };
    }
  }
  const { epoch, curve, length } = head;
  if (bytes.length !== end + 1 + 3 * 4 * length) {
    return { kind: "foreign", reason: "it is incomplete" };
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + end + 1);
  const vector = (place: number) =>
    Float32Array.from(
      { length },
      (_, index) => view.getFloat32(4 * (place * length + index), true),
    );
  return {
    kind: "state",
    state: {
      epoch,
      curve,
      vectors: { parameters: vector(0), first: vector(1), second: vector(2) },
    },
  };
}
