/**
 * TensorFlow.js as far as it is used here. Its package `@tensorflow/tfjs` would
 * bring a converter, a data loader and WebGL as well: 210 MB more to install.
 */
import "@tensorflow/tfjs-backend-cpu";

export * from "@tensorflow/tfjs-core";
export * from "@tensorflow/tfjs-layers";
