/**
 * dataset.json: which images the experiment is about. `prepare` writes it beside
 * the images (see images.ts); the export, the metrics, the figures and the
 * report read it.
 */
import * as v from "valibot";
import { TITLE } from "./mnist.ts";

const Count = v.pipe(v.number(), v.integer(), v.minValue(1));

export const DatasetSchema = v.object({
  name: v.string(),
  /** As sentences say it, where that is another. */
  title: v.exactOptional(v.string()),
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

/** Whether its images are of digits, as MNIST's are. */
export function ofDigits({ name }: Pick<Dataset, "name">): boolean {
  return name === "mnist" || name === "glyphs";
}

/** What sentences call a dataset. */
export function titleOf(
  { name, title }: Pick<Dataset, "name" | "title">,
): string {
  return title ?? (name === "mnist" ? TITLE : name);
}
