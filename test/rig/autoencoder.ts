/** A small tfjs model of the paper's shape, untrained, as files: something to be exported. */
import * as tf from "../../stages/network/tensorflow.ts";
import { stream } from "../../stages/random/stream.ts";

/** A model in the tfjs layers format, as `model.json` and `weights.bin` hold it. */
export interface Saved {
  readonly topology: string;
  readonly weights: Uint8Array<ArrayBuffer>;
}

/** The paper's network. Random biases too, so that a lost one is seen. */
export function autoencoder(): tf.LayersModel {
  const conv = (filters: number, kernelSize = 3) =>
    tf.layers.conv2d({
      filters,
      kernelSize,
      padding: "same",
      activation: "relu",
    });
  const up = (filters: number) =>
    tf.layers.conv2dTranspose({
      filters,
      kernelSize: 2,
      strides: 2,
      padding: "same",
    });
  const model = tf.sequential({
    layers: [
      tf.layers.inputLayer({ inputShape: [28, 28, 1] }),
      conv(8),
      tf.layers.maxPooling2d({ poolSize: 2, strides: 2 }),
      conv(4),
      tf.layers.maxPooling2d({ poolSize: 2, strides: 2 }),
      conv(2),
      up(4),
      conv(4),
      up(8),
      conv(8),
      conv(1, 1),
    ],
  });
  return randomise(model);
}

/** Sets all weights to numbers that keep the signal alive. */
export function randomise(model: tf.LayersModel): tf.LayersModel {
  const random = stream(3, "test");
  model.setWeights(
    model.getWeights().map((weight) => {
      const fan = weight.size / (weight.shape.at(-1) ?? 1);
      const values = Float32Array.from(
        { length: weight.size },
        () =>
          weight.rank === 1
            ? random.between(-0.1, 0.2)
            : random.between(-0.7, 1.3) / Math.sqrt(fan),
      );
      return tf.tensor(values, weight.shape);
    }),
  );
  return model;
}

/** Saves a model as tfjs itself does. */
export async function saved(model: tf.LayersModel): Promise<Saved> {
  let result: Saved | undefined;
  await model.save({
    save(artifacts) {
      const { modelTopology, weightSpecs, weightData } = artifacts;
      const data = tf.io.CompositeArrayBuffer.join(weightData);
      result = {
        topology: JSON.stringify({
          modelTopology,
          weightsManifest: [{ paths: ["weights.bin"], weights: weightSpecs }],
          format: "layers-model",
          generatedBy: "TensorFlow.js",
          convertedBy: null,
        }),
        weights: new Uint8Array(data),
      };
      return Promise.resolve({
        modelArtifactsInfo: {
          dateSaved: new Date(0),
          modelTopologyType: "JSON",
        },
      });
    },
  });
  if (!result) throw new Error("tfjs saved nothing");
  return result;
}
