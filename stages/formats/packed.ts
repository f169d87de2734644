/**
 * Files of a dataset as mirrors serve them: IDX, packed by gzip or as it is. Which
 * of the two, the first bytes say.
 */
import { StageError } from "../../pipeline/stage/task.ts";
import { type Idx, parseIdx } from "./idx.ts";

/**
 * The array in such a file, of so many dimensions.
 *
 * @throws StageError that names the file.
 */
export async function readPacked(
  name: string,
  file: Uint8Array<ArrayBuffer>,
  dimensions: number,
): Promise<Idx> {
  const packed = file[0] === 0x1f && file[1] === 0x8b;
  return parseIdx(name, packed ? await gunzip(name, file) : file, dimensions);
}

async function gunzip(
  name: string,
  packed: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const unpacking = new Blob([packed]).stream()
    .pipeThrough(new DecompressionStream("gzip"));
  try {
    return new Uint8Array(await new Response(unpacking).arrayBuffer());
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new StageError(
      `Cannot unpack ${name}`,
      `its ${packed.length} bytes begin as gzip does, and are not whole: ${error.message}`,
    );
  }
}
