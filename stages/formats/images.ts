/**
 * Files of images: [n, height, width] unsigned bytes, row by row, grey values
 * from 0 (black) to 255, without a header. `prepare` writes train-images.u8,
 * validation-images.u8 and test-images.u8, `reconstruct` reconstructions.u8, and
 * `denoise` noisy.u8 and denoised.u8 (of the first test images). The labels
 * beside them, test-labels.u8, are [n] unsigned bytes, or none if the dataset has
 * none.
 *
 * Height and width are those of dataset.json, of the exported model, or of the
 * layers that are trained.
 */
import { StageError } from "../../pipeline/stage/task.ts";

/** Rows and columns of an image. */
export interface Size {
  readonly height: number;
  readonly width: number;
}

/** Images of one size, one after the other. */
export interface Images extends Size {
  readonly count: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * The size that dataset.json says. Without a schema, which the training would load:
 * see json.ts.
 */
export function readSize(path: string): Size {
  const { height, width } = JSON.parse(Deno.readTextFileSync(path)) as Size;
  if (![height, width].every((side) => Number.isInteger(side) && side > 0)) {
    throw new StageError(
      `Cannot read ${path}`,
      "it says no height and width of the images",
    );
  }
  return { height, width };
}

/** Reads a file of images. */
export function readImages(path: string, size: Size): Images {
  return parseImages(Deno.readFileSync(path), size, path);
}

/**
 * The images in the bytes of the file that is called `where`.
 *
 * @throws StageError if they are not whole images of this size.
 */
export function parseImages(
  bytes: Uint8Array<ArrayBuffer>,
  { height, width }: Size,
  where: string,
): Images {
  const count = bytes.length / (height * width);
  if (!Number.isInteger(count) || count === 0) {
    throw new StageError(
      `Cannot read ${where}`,
      `${bytes.length} bytes are no images of ${height} × ${width}`,
    );
  }
  return { height, width, count, bytes };
}

/** So many images from a place on, sharing their bytes. */
export function slice(images: Images, from: number, to: number): Images {
  const pixels = images.height * images.width;
  const bytes = images.bytes.subarray(from * pixels, to * pixels);
  return { ...images, count: bytes.length / pixels, bytes };
}

/**
 * The bytes of some images by their numbers.
 *
 * @throws StageError if there is no such image.
 */
export function pick(
  images: Images,
  numbers: readonly number[],
): Uint8Array<ArrayBuffer>[] {
  return numbers.map((number) => {
    if (number < images.count) return slice(images, number, number + 1).bytes;
    throw new StageError(
      `Cannot show image ${number}`,
      `there are ${images.count} images, counted from 0`,
      "choose others in figures.images",
    );
  });
}
