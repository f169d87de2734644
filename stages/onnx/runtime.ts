/**
 * ONNX Runtime, in either of its two packages: the bytes of a graph go in, a
 * function that can be called comes out.
 */

/** A value that goes into a graph. */
type Feed =
  & { readonly dims: readonly number[] }
  & (
    | { readonly type: "float32"; readonly data: Float32Array }
    | { readonly type: "uint8"; readonly data: Uint8Array }
  );

/** A vector of numbers, as it goes into a graph. */
export function vectorOf(data: Float32Array): Feed {
  return { type: "float32", data, dims: [data.length] };
}

/** A graph that is ready to be called. */
export interface Session extends AsyncDisposable {
  /** All outputs by name; the arrays are the caller's. */
  run(
    feeds: { readonly [name: string]: Feed },
  ): Promise<{ readonly [name: string]: Float32Array }>;
}

/** Makes a model callable. */
export type Open = (model: Uint8Array) => Promise<Session>;

/** What onnxruntime-web and onnxruntime-node have in common, as far as it is used here. */
interface OnnxRuntime {
  readonly Tensor: new (
    type: Feed["type"],
    data: Float32Array | Uint8Array,
    dims: readonly number[],
  ) => OnnxTensor;
  readonly InferenceSession: {
    create(
      model: Uint8Array,
      options: { readonly [option: string]: unknown },
    ): Promise<{
      run(
        feeds: { readonly [name: string]: OnnxTensor },
      ): Promise<{ readonly [name: string]: OnnxTensor }>;
      release(): Promise<void>;
    }>;
  };
}

interface OnnxTensor {
  readonly data: unknown;
  dispose(): void;
}

/** Opens models with one of the two runtimes. */
export function opener(
  { Tensor, InferenceSession }: OnnxRuntime,
  options: { readonly [option: string]: unknown },
): Open {
  return async (model) => {
    const session = await InferenceSession.create(model, options);
    return {
      async run(feeds) {
        const given = Object.fromEntries(
          Object.entries(feeds).map(([name, { type, data, dims }]) => [
            name,
            new Tensor(type, data, dims),
          ]),
        );
        const results = await session.run(given);
        return Object.fromEntries(
          Object.entries(results).map(([name, tensor]) => {
            if (!(tensor.data instanceof Float32Array)) {
              throw new TypeError(`Output ${name} has no 32-bit floats`);
            }
            // A copy: the runtime may use its memory again.
            const data = tensor.data.slice();
            tensor.dispose();
            return [name, data];
          }),
        );
      },
      [Symbol.asyncDispose]: () => session.release(),
    };
  };
}
