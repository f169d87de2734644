/** Which test images a figure shows, and their pixels. */
import type { Task } from "../../pipeline/stage/task.ts";
import { pick, readImages, type Size } from "../formats/images.ts";

/** The numbers of the images to be shown: the first of each digit, or as listed. */
export function shown(
  task: Pick<
    Task<{ readonly images: readonly number[] | null }>,
    "params" | "input"
  >,
): number[] {
  const { images } = task.params;
  if (images !== null) return [...images];
  const labels = Deno.readFileSync(task.input("test-labels"));
  return Array.from({ length: 10 }, (_, digit) => labels.indexOf(digit))
    .filter((index) => index >= 0);
}

/** The pixels of some images in a file of all of them. */
export function pixels(
  path: string,
  numbers: readonly number[],
  size: Size,
): Uint8Array[] {
  return pick(readImages(path, size), numbers);
}

/** What the figures' caption says about the choice. */
export function choice(images: readonly number[] | null): string {
  return images === null
    ? "the first test image of each digit"
    : `the test images ${images.join(", ")}`;
}
