/** The checksum of ZIPs, CRC-32. Node has it since 20.15; a reviewer's may be older. */
import * as zlib from "node:zlib";

/** The checksum of some bytes after those that gave `before`. */
type Checksum = (bytes: Uint8Array, before: number) => number;

/** The fastest that is there: Node's own is fifty times as fast as a table. */
export const crc32: Checksum = (zlib as { readonly crc32?: Checksum }).crc32 ??
  tableCrc32;

/** The same by a table of the 256 bytes' remainders (PKWARE's APPNOTE 6.3, 4.4.7). */
export function tableCrc32(bytes: Uint8Array, before: number): number {
  let crc = ~before;
  for (const byte of bytes) {
    crc = crc >>> 8 ^ TABLE[(crc ^ byte) & 0xff]!; // 256 entries
  }
  return ~crc >>> 0;
}

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) {
    remainder = remainder >>> 1 ^ (remainder & 1 ? 0xedb88320 : 0);
  }
  return remainder;
});
