/**
 * Which test images a figure shows, and their pixels. It draws nothing: the report
 * shows the same.
 */
import type { Task } from "../../pipeline/stage/task.ts";
import { DatasetSchema, ofDigits } from "../formats/dataset.ts";
import { pick, readImages, type Size } from "../formats/images.ts";
import type { Signed } from "./page.ts";
import { readJson } from "../formats/json.ts";
import { listed } from "../formats/number.ts";

/** The settings of a figure that shows test images. */
export interface Settings extends Signed {
  readonly width: "single" | "double";
  /** Their numbers; null for the first of each class, or without labels the first ones. */
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
  const { classes, firsts } = labelled(task.input("test-labels"));
  const chosen = images ??
    (classes > 0
      ? firsts
      : Array.from({ length: Math.min(LISTED, size.counts.test) }, (_, at) =>
        at));
  const digits = ofDigits(size);
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
    name: images === null && classes > 1 &&
        numbers.length === (digits ? 10 : classes)
      ? `the first test image of each ${digits ? "digit" : "class"}`
      : images === null && classes === 0 && numbers.length > 1
      ? `the first ${numbers.length} test images`
      : numbers.length === 1
      ? `the test image ${numbers[0]}`
      : numbers.length <= LISTED
      ? `the test images ${listed(numbers)}`
      : `${numbers.length} test images`,
  };
}

/** So many numbers are a list that somebody reads. */
const LISTED = 10;

/** How many classes the labels tell, and the number of the first image of each. */
function labelled(path: string): { classes: number; firsts: number[] } {
  const labels = Deno.readFileSync(path);
  const classes = [...new Set(labels)].sort((a, b) => a - b);
  return {
    classes: classes.length,
    firsts: classes.map((label) => labels.indexOf(label)),
  };
}
