/**
 * dataset.json: which images the experiment is about. `prepare` writes it beside
 * the images (see images.ts); the export, the metrics, the figures and the
 * report read it.
 */
import * as v from "valibot";

const Count = v.pipe(v.number(), v.integer(), v.minValue(1));

export const DatasetSchema = v.object({
  name: v.string(),
  /** Drawn images in place of the real ones. */
  stand_in: v.boolean(),
  /** Of every file that the images come from, by its name, in hexadecimal digits. */
  sha256: v.record(v.string(), v.string()),
  /** Images of each split. */
  counts: v.object({ train: Count, validation: Count, test: Count }),
  /** Rows and columns of every image. */
  height: Count,
  width: Count,
});

export type Dataset = v.InferOutput<typeof DatasetSchema>;
