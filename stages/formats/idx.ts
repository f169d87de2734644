/**
 * The IDX format of MNIST and of what followed it: a magic number that says type
 * and number of dimensions, the dimensions as big-endian 32-bit integers, then the
 * values. Only unsigned bytes, as grey values and classes are.
 */
import { StageError } from "../../pipeline/stage/task.ts";

/** An array of unsigned bytes in row-major order. */
export interface Idx {
  /** `[images, height, width]` or `[labels]`. */
  readonly shape: readonly number[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const UNSIGNED_BYTE = 0x08;

/** The other types that the format knows. */
const TYPES: { readonly [code: number]: string } = {
  0x09: "signed bytes",
  0x0b: "16-bit integers",
  0x0c: "32-bit integers",
  0x0d: "32-bit floats",
  0x0e: "64-bit floats",
};

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
  const refused = (seen: string) =>
    new StageError(`Cannot read ${name} as an IDX file`, seen, HINT);
  const [first, second, type = 0, found] = file;
  if (first !== 0 || second !== 0 || found === undefined) {
    const start = file.subarray(0, 4).toHex();
    throw refused(
      file.length < 4
        ? `it has ${file.length} bytes, and the format begins with four`
        : `it begins with the bytes ${start}, and the format with two of zero`,
    );
  }
  if (type !== UNSIGNED_BYTE) {
    throw refused(
      `it has ${
        TYPES[type] ?? `values of the unknown type ${type}`
      }, and only unsigned bytes are read`,
    );
  }
  if (found !== dimensions) {
    throw refused(
      `it has ${found === 1 ? "1 dimension" : `${found} dimensions`}, and ${
        WANTED[dimensions] ?? `${dimensions} are expected`
      }`,
    );
  }
  const header = 4 + 4 * dimensions;
  if (file.length < header) {
    throw refused(`it ends after ${file.length} bytes, within its header`);
  }
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const shape = Array.from(
    { length: dimensions },
    (_, i) => view.getUint32(4 + 4 * i),
  );
  const size = shape.reduce((product, length) => product * length, 1);
  if (file.length - header !== size || size === 0) {
    throw refused(
      `its header announces ${shape.join(" × ")} bytes, and ${
        file.length - header
      } follow`,
    );
  }
  return { shape, bytes: file.subarray(header) };
}

const HINT =
  "an IDX file has unsigned bytes: images in 3 dimensions (number, height, width), labels in 1";

const WANTED: { readonly [dimensions: number]: string } = {
  1: "labels have 1: their number",
  3: "images of one channel have 3: number, height, width",
};

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
