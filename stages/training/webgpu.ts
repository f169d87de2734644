/**
 * The WebGPU engine: TensorFlow.js on Deno's own GPU interface. Weights, moments
 * and losses stay on the device; losses are read back once per call, for every
 * read waits until the device has nothing left to do.
 */
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-webgpu";
import type { JsonObject } from "../../pipeline/stage/json.ts";
import { StageError } from "../../pipeline/stage/task.ts";
import { fromLayers, toLayers, weights } from "../network/weights.ts";
import { type Adapter, adapter } from "./engine.ts";
import type { Problem, Trainer, Vectors } from "./trainer.ts";

/** A graphics card that is ready, and a look at what it complained of. */
interface Device {
  readonly adapter: Adapter;
  /** @throws StageError once the device refused a command or is gone. */
  readonly check: () => void;
}

/** Makes WebGPU TensorFlow.js's backend, or says what is missing. */
export async function device(): Promise<Device> {
  const found = await adapter();
  if (!found || !await tf.setBackend("webgpu")) {
    throw new StageError(
      "Cannot train with engine webgpu: there is no WebGPU adapter",
      found ? `adapter ${found.name} does not start` : "no adapter",
      "install a graphics driver with Vulkan, Metal or Direct3D 12 (mesa-vulkan-drivers brings a software adapter), or set training.engine to portable or native",
    );
  }
  await tf.ready();
  let fault: string | undefined;
  // TensorFlow.js does not look, and reads zeros after such an error.
  const { device } = tf.backend() as unknown as { device: GPUDevice };
  device.addEventListener("uncapturederror", (event) => {
    fault ??= (event as GPUUncapturedErrorEvent).error.message;
  });
  device.lost.then(({ message }) => fault ??= `device lost: ${message}`);
  return {
    adapter: found,
    check() {
      if (fault === undefined) return;
      throw new StageError(
        `The graphics card failed: ${found.name}`,
        fault.trim().split("\n").slice(0, 3).join(" "),
        "update its driver, or set training.engine to portable or native",
      );
    },
  };
}

/** A trainer of the model with this topology, on TensorFlow.js's current backend. */
export async function layersTrainer(
  topology: JsonObject,
  { problem, start, stride, check = () => {} }: {
    problem: Problem;
    start: Vectors;
    stride: number;
    /** Called after every read. */
    check?: () => void;
  },
): Promise<Trainer> {
  const { chain, batch, adam } = problem;
  const { beta1, beta2, epsilon } = adam;
  const { channels, height, width } = chain.input;
  const pixels = channels * height * width;
  const list = weights(chain);
  // deno-lint-ignore no-explicit-any -- the library's own type of a topology
  const model = await tf.models.modelFromJSON(topology as any) as tf.Sequential;
  const variable = (flat: Float32Array) => {
    const values = toLayers(list, flat);
    return list.map(({ offset, length, layersDims }) =>
      tf.variable(
        tf.tensor(values.subarray(offset, offset + length), [...layersDims]),
      )
    );
  };
  const first = variable(start.first);
  const second = variable(start.second);
  const initial = variable(start.parameters);
  model.setWeights(initial);
  tf.dispose(initial);
  // LayerVariable.read() gives the tensor; its variable is what may be assigned.
  const parameters = model.trainableWeights.map((weight) =>
    weight.read() as tf.Variable
  );

  // To floats first: transposing integers is a shader that does not compile.
  const images = (bytes: Uint8Array, count: number) =>
    tf.tidy(() =>
      tf.tensor(
        Int32Array.from(bytes),
        [count, channels, height, width],
        "int32",
      )
        .toFloat().div(255).transpose([0, 2, 3, 1])
    );
  const loss = (batch: tf.Tensor) =>
    tf.sub(model.apply(batch) as tf.Tensor, batch).square().mean<tf.Scalar>();

  function step(batch: tf.Tensor, rate: number): tf.Scalar {
    return tf.tidy(() => {
      const { value, grads } = tf.variableGrads(() => loss(batch), parameters);
      parameters.forEach((parameter, index) => {
        const gradient = grads[parameter.name] as tf.Tensor;
        const m = first[index] as tf.Variable;
        const v = second[index] as tf.Variable;
        m.assign(m.mul(beta1).add(gradient.mul(1 - beta1)));
        v.assign(v.mul(beta2).add(gradient.square().mul(1 - beta2)));
        parameter.assign(
          parameter.sub(m.div(v.sqrt().add(epsilon)).mul(rate)),
        );
      });
      return value;
    });
  }

  async function read(tensors: readonly tf.Tensor[]) {
    const parts = await Promise.all(tensors.map((tensor) => tensor.data()));
    const flat = new Float32Array(
      parts.reduce((sum, { length }) => sum + length, 0),
    );
    list.forEach(({ offset }, index) =>
      flat.set(parts[index] as Float32Array, offset)
    );
    return fromLayers(list, flat);
  }

  return {
    stride,
    async advance(bytes, rates) {
      const all = images(bytes, rates.length * batch);
      const losses = Array.from(rates, (rate, index) => {
        const part = tf.tidy(() =>
          all.slice([index * batch, 0, 0, 0], [batch, height, width, channels])
        );
        const value = step(part, rate);
        part.dispose();
        return value;
      });
      const stacked = tf.stack(losses);
      const values = await stacked.data();
      check();
      tf.dispose([all, stacked, ...losses]);
      return Float32Array.from(values);
    },
    async validate(bytes) {
      const count = bytes.length / pixels;
      const sums: tf.Scalar[] = [];
      for (let from = 0; from < count; from += batch) {
        const size = Math.min(batch, count - from);
        sums.push(tf.tidy(() => {
          const part = images(
            bytes.subarray(from * pixels, (from + size) * pixels),
            size,
          );
          return loss(part).mul<tf.Scalar>(size);
        }));
      }
      const stacked = tf.stack(sums);
      const values = await stacked.data();
      check();
      tf.dispose([stacked, ...sums]);
      return Array.from(values).reduce((sum, value) => sum + value, 0) / count;
    },
    async vectors() {
      return {
        parameters: await read(parameters),
        first: await read(first),
        second: await read(second),
      };
    },
    [Symbol.asyncDispose]() {
      tf.dispose([...first, ...second]);
      model.dispose();
      return Promise.resolve();
    },
  };
}

/** The library and its version. */
export const VERSION = `@tensorflow/tfjs-backend-webgpu ${tf.version.tfjs}`;
