/** Which test images a figure shows, and their pixels. */
import type { Task } from "../../pipeline/task.ts";

const SIDE = 28;

/** Pixels of one image. */
export const PIXELS = SIDE * SIDE;

/** Columns of one image. */
export const COLUMNS = SIDE;

/** The numbers of the images to be shown: the first of each digit, or as listed. */
export function shown<
  Params extends { readonly images: readonly number[] | null },
  Hints,
>(
  task: Task<Params, Hints>,
): number[] {
  const { images } = task.params;
  if (images !== null) return [...images];
  const labels = Deno.readFileSync(task.input("test-labels"));
  return Array.from({ length: 10 }, (_, digit) => labels.indexOf(digit))
    .filter((index) => index >= 0);
}

/** The pixels of some images in a file of all of them, bytes [n, 28, 28]. */
export function pixels(path: string, numbers: readonly number[]): Uint8Array[] {
  const all = Deno.readFileSync(path);
  return numbers.map((number) =>
    all.slice(number * PIXELS, (number + 1) * PIXELS)
  );
}

/** What the figures' caption says about the choice. */
export function choice(images: readonly number[] | null): string {
  return images === null
    ? "the first test image of each digit"
    : `the test images ${images.join(", ")}`;
}
