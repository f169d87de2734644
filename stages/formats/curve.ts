/**
 * curve.json, in the artifacts curves/MODEL.json: how one network was trained.
 * `train` writes it; the metrics, the claims, the quotes, the figures, the report
 * and an archive's verifier read it. Losses are mean squared errors per pixel,
 * grey values being 0…1, with 9 significant digits, which tell any two 32-bit
 * floats apart.
 */
import * as v from "valibot";

export const CurveSchema = v.object({
  learning_rate: v.number(),
  seed: v.number(),
  engine: v.object({
    name: v.string(),
    version: v.string(),
    adapter: v.exactOptional(v.string()),
    /** The class of the processor, where the bits depend on it. */
    cpu: v.exactOptional(v.string()),
  }),
  batch_size: v.number(),
  steps_per_epoch: v.number(),
  /** The loss of each step, before its update. */
  steps: v.array(v.number()),
  epochs: v.array(v.object({
    /** From 1. */
    epoch: v.number(),
    /** The mean over the epoch's steps. */
    train_loss: v.number(),
    /** The mean over the validation images, after the epoch. */
    validation_loss: v.number(),
  })),
});

export type Curve = v.InferOutput<typeof CurveSchema>;
