/** An unpacked archive: a folder with plain files and nothing else. */
import { closeSync, lstatSync, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";
import { LEFT } from "./layout.ts";
import { nameProblem } from "./name.ts";
import {
  type Container,
  containerOf,
  type Member,
  Refused,
} from "./container.ts";

const PIECE = 2 ** 20;

/** Opens a folder as a container; throws `Refused` for links and odd names. */
export function openFolder(root: string): Container {
  const members: Member[] = [];
  const later: string[] = [];
  const walk = (folder: string) => {
    for (const entry of readdirSync(join(root, folder))) {
      const name = folder === "" ? entry : `${folder}/${entry}`;
      const problem = nameProblem(name);
      if (problem) throw new Refused(`the name "${name}" ${problem}`);
      const state = lstatSync(join(root, name));
      if (state.isDirectory() && LEFT.includes(name)) later.push(name);
      else if (state.isDirectory()) walk(name);
      else if (state.isFile()) members.push({ name, size: state.size });
      else throw new Refused(`"${name}" is no plain file (a link?)`);
    }
  };
  walk("");
  const names = new Set(members.map(({ name }) => name));

  const copy = (name: string, write: (piece: Uint8Array) => void) => {
    if (!names.has(name)) throw new Refused(`no member "${name}"`);
    feed(join(root, name), write);
  };
  return containerOf(members, copy, () => {}, later.sort());
}

/** Hands a file's content over in pieces. */
export function feed(path: string, write: (piece: Uint8Array) => void): void {
  const file = openSync(path, "r");
  try {
    const buffer = new Uint8Array(PIECE);
    for (;;) {
      const count = readSync(file, buffer, 0, buffer.length, null);
      if (count === 0) return;
      write(buffer.subarray(0, count));
    }
  } finally {
    closeSync(file);
  }
}
