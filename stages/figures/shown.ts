/**
 * Which test images a figure shows, and their pixels. It draws nothing: the report
 * shows the same.
 */
import type { Task } from "../../pipeline/stage/task.ts";
import { DatasetSchema } from "../formats/dataset.ts";
import { pick, readImages, type Size } from "../formats/images.ts";
import type { Signed } from "./page.ts";
import { readJson } from "../formats/json.ts";
import { listed } from "../formats/number.ts";

/** The settings of a figure that shows test images. */
export interface Settings extends Signed {
  readonly width: "single" | "double";
  /** Their numbers; null for the first of each digit. */
  readonly images: readonly number[] | null;
}

/** The images that a figure, or the report, shows. */
interface Shown {
  readonly size: Size;
  readonly numbers: readonly number[];
  readonly originals: readonly Uint8Array[];
  /** The same images in another file of all of them. */
  readonly read: (path: string) => readonly Uint8Array[];
  /** What the caption calls them. */
  readonly name: string;
}

/**
 * The images to be shown, at most so many, of those whose number is below `kept`; if
 * none of them is, the first that are.
 */
export function shown(
  task: Task<Pick<Settings, "images">>,
  { kept = Infinity, most = Infinity }: { kept?: number; most?: number } = {},
): Shown {
  const { images } = task.params;
  const size = readJson(task.input("dataset"), DatasetSchema);
  const chosen = images ?? firsts(task.input("test-labels"));
  const some = chosen.filter((number) => number < kept);
  const numbers =
    (some.length > 0
      ? some
      : Array.from({ length: Math.min(kept, chosen.length) }, (_, at) => at))
      .slice(0, most);
  const read = (path: string) => pick(readImages(path, size), numbers);
  return {
    size,
    numbers,
    originals: read(task.input("test-images")),
    read,
    name: images === null && numbers.length === 10
      ? "the first test image of each digit"
      : numbers.length === 1
      ? `the test image ${numbers[0]}`
      : numbers.length <= LISTED
      ? `the test images ${listed(numbers)}`
      : `${numbers.length} test images`,
  };
}

/** So many numbers are a list that somebody reads. */
const LISTED = 10;

/** The number of the first image of each digit. */
function firsts(path: string): number[] {
  const labels = Deno.readFileSync(path);
  return Array.from({ length: 10 }, (_, digit) => labels.indexOf(digit))
    .filter((index) => index >= 0);
}
