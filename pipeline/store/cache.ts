/**
 * Caches: what can be found again and is kept to save time, as JSON behind a line
 * with its version and its digest. One that was cut off, edited or replaced by
 * anything else is as good as none. Whoever can write the store can also write a
 * fitting digest; against that nothing helps that lies in the same folder.
 */
import { digestBytes } from "./digest.ts";
import { dirname } from "node:path";
import { inStore, readStored } from "./disk.ts";
import { writeWhole } from "./write.ts";

/** What a cache holds; `undefined` if there is none that is whole. */
export function readCache(path: string, version: string): unknown {
  const text = readStored(path);
  if (text === undefined) return;
  const end = text.indexOf("\n");
  const body = text.slice(end + 1);
  if (text.slice(0, Math.max(end, 0)) !== seal(version, body)) return;
  return JSON.parse(body);
}

/** Keeps what a cache is to hold, in a folder of the store. */
export function writeCache(
  path: string,
  version: string,
  value: unknown,
): void {
  const body = JSON.stringify(value);
  inStore(
    dirname(dirname(path)),
    path,
    () => writeWhole(path, `${seal(version, body)}\n${body}`),
  );
}

function seal(version: string, body: string): string {
  return `${version}\t${digestBytes(body)}`;
}
