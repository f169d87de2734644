/**
 * The IDX format of MNIST: a magic number that says type and number of
 * dimensions, the dimensions as big-endian 32-bit integers, then the bytes.
 * Only unsigned bytes, which is all that MNIST uses.
 */
import { StageError } from "../../pipeline/stage/task.ts";

/** An array of unsigned bytes in row-major order. */
export interface Idx {
  /** `[images, height, width]` or `[labels]`. */
  readonly shape: readonly number[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const UNSIGNED_BYTE = 0x08;

/**
 * Reads an IDX file of so many dimensions.
 *
 * @throws StageError, naming the file, if it is none or not of its stated size.
 */
export function parseIdx(
  name: string,
  file: Uint8Array<ArrayBuffer>,
  dimensions: number,
): Idx {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const header = 4 + 4 * dimensions;
  const shape = Array.from(
    { length: file.length < header ? 0 : dimensions },
    (_, i) => view.getUint32(4 + 4 * i),
  );
  const size = shape.reduce((product, length) => product * length, 1);
  if (
    shape.length === 0 || file.length - header !== size ||
    view.getUint32(0) !== (UNSIGNED_BYTE << 8 | dimensions)
  ) {
    throw new StageError(
      `Cannot read ${name} as an IDX file`,
      `its ${file.length} bytes are not what the header of an array of bytes with ${dimensions} dimensions announces`,
    );
  }
  return { shape, bytes: file.subarray(header) };
}

/** Writes an IDX file. */
export function formatIdx({ shape, bytes }: Idx): Uint8Array<ArrayBuffer> {
  const header = 4 + 4 * shape.length;
  const file = new Uint8Array(header + bytes.length);
  const view = new DataView(file.buffer);
  view.setUint32(0, UNSIGNED_BYTE << 8 | shape.length);
  shape.forEach((length, i) => view.setUint32(4 + 4 * i, length));
  file.set(bytes, header);
  return file;
}
