/**
 * denoising.json: what one network makes of noisy test images. `denoise` writes
 * it; the metrics, the figure and the report read it. Errors are mean squared
 * differences per pixel, grey values being 0…1.
 */
import * as v from "valibot";

export const DenoisingSchema = v.object({
  /** So many of the first test images were measured. */
  images: v.number(),
  /** How the noise is made, in words. */
  noise: v.string(),
  /** The level whose pictures were kept. */
  shown_level: v.number(),
  /** Of the output from the picture, without any noise. */
  clean_mse: v.number(),
  /** Of the outputs from their mean: 0 if all are the same. */
  spread: v.number(),
  /** By ascending level. */
  levels: v.array(v.object({
    /** Standard deviation of the noise, in grey values. */
    level: v.number(),
    /** Of the noisy input from the clean picture. */
    noisy_mse: v.number(),
    /** Of the output from the clean picture. */
    output_mse: v.number(),
    /** Of the output from the noisy input. */
    output_noisy_mse: v.number(),
  })),
});

export type Denoising = v.InferOutput<typeof DenoisingSchema>;
