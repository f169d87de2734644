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
  const what = `Cannot read ${name} as an IDX file`;
  const hint = "remove the file and let it be downloaded again";
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const header = 4 + 4 * dimensions;
  const magic = UNSIGNED_BYTE << 8 | dimensions;
  if (file.length < 4 || view.getUint32(0) !== magic) {
    const found = file.length < 4
      ? `only ${file.length} bytes`
      : `magic number ${hex(view.getUint32(0))}`;
    throw new StageError(
      what,
      `${found}, expected magic number ${
        hex(magic)
      } (unsigned bytes, ${dimensions} ${
        dimensions === 1 ? "dimension" : "dimensions"
      })`,
      hint,
    );
  }
  if (file.length < header) {
    throw new StageError(
      what,
      `truncated in its header: ${file.length} of ${header} bytes`,
      hint,
    );
  }
  const shape = Array.from(
    { length: dimensions },
    (_, i) => view.getUint32(4 + 4 * i),
  );
  const size = shape.reduce((product, length) => product * length, 1);
  if (file.length - header !== size) {
    const state = file.length - header < size ? "truncated" : "too long";
    throw new StageError(
      what,
      `${state}: its header announces ${shape.join(" × ")} = ${size} bytes, ${
        file.length - header
      } follow`,
      hint,
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

function hex(magic: number): string {
  return `0x${magic.toString(16).padStart(8, "0")}`;
}
