/**
 * quality.json: how good one network reconstructs the test images.
 * `reconstruct` writes it, the metrics and the figures read it.
 */
import * as v from "valibot";

export const QualitySchema = v.object({
  /** Mean squared error per pixel, grey values being 0…1. */
  mse: v.number(),
  /** In decibels, of that error; null where the reconstruction is exact. */
  psnr: v.nullable(v.number()),
  /** Mean structural similarity, at most 1. */
  ssim: v.number(),
  /** Two runtimes agreed within this bound, relative above 1. */
  agreement: v.object({
    runtimes: v.array(v.string()),
    bound: v.number(),
    holds: v.literal(true),
  }),
});

export type Quality = v.InferOutput<typeof QualitySchema>;
