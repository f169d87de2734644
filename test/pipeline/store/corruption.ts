/** What bad luck does to a store: one thing at a time, drawn by a seed. */
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";

/** Numbers from 0 up to a bound, always the same for a seed (mulberry32). */
export function dice(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const TEXTS = [
  "",
  "null",
  "1",
  '"text"',
  "[]",
  "{}",
  '{"version":1,',
  '{"version":1,"records":null}',
  "\0\0\0\0",
  "\x1e\xff\xfe",
];

const VALUES = [null, 0, -1, "", "text", [], {}, true, ["text"], { a: null }];

type Deed = (path: string, roll: (below: number) => number) => void;

/** Things that happen to a plain file. */
const FILE_DEEDS: { readonly [name: string]: Deed } = {
  "cut off": (path, roll) => truncateSync(path, roll(lstatSync(path).size + 1)),
  "a bit flipped": (path, roll) => {
    const bytes = readFileSync(path);
    if (bytes.length === 0) return;
    bytes[roll(bytes.length)]! ^= 1 << roll(8);
    writeFileSync(path, bytes);
  },
  "another text": (path, roll) =>
    writeFileSync(path, TEXTS[roll(TEXTS.length)]!),
  "another type": (path, roll) => {
    let value: unknown;
    try {
      value = JSON.parse(readFileSync(path, "utf8"));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return writeFileSync(path, "null");
    }
    writeFileSync(path, JSON.stringify(retyped(value, roll)));
  },
};

/** Things that happen to any name. */
const DEEDS: { readonly [name: string]: Deed } = {
  "removed": (path) => clear(path),
  "a folder": (path, roll) => {
    clear(path);
    mkdirSync(path);
    if (roll(2) === 0) writeFileSync(join(path, "file"), "text");
  },
  "a file": (path) => {
    clear(path);
    writeFileSync(path, "text");
  },
  "a FIFO": (path) => {
    clear(path);
    new Deno.Command("mkfifo", { args: [path] }).outputSync();
  },
  "a circle of links": (path) => {
    clear(path);
    symlinkSync(path, path);
  },
  "a link to nothing": (path) => {
    clear(path);
    symlinkSync(`${path}-gone`, path);
  },
};

/** Does one thing to one entry of a store; says what. */
export function corrupt(
  store: string,
  roll: (below: number) => number,
): string {
  const all = entries(store);
  if (all.length === 0) return "nothing is left";
  const path = all[roll(all.length)]!;
  const name = relative(store, path);
  if (roll(6) === 0) {
    const other = all[roll(all.length)]!;
    const apart = !`${path}/`.startsWith(`${other}/`) &&
      !`${other}/`.startsWith(`${path}/`);
    if (apart) {
      swap(path, other);
      return `${name} and ${relative(store, other)} swapped`;
    }
  }
  const file = lstatSync(path).isFile();
  const deeds = Object.entries({ ...file && FILE_DEEDS, ...DEEDS });
  const [deed, act] = deeds[roll(deeds.length)]!;
  // Beside it, too: names that nobody made.
  const at = roll(8) === 0 ? join(dirname(path), "new") : path;
  if (at !== path && !existsSync(at)) writeFileSync(at, "");
  if (file && at === path) chmodSync(path, 0o644);
  if (at === path || deed in DEEDS) act(at, roll);
  return `${relative(store, at)}: ${deed}`;
}

/** All names below a folder, in order. */
function entries(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .toSorted((a, b) => a.name < b.name ? -1 : 1)
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? [path, ...entries(path)] : [path];
    });
}

function clear(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

function swap(one: string, other: string): void {
  renameSync(one, `${one}-swap`);
  renameSync(other, one);
  renameSync(`${one}-swap`, other);
}

/** A value with one of another type somewhere in it. */
function retyped(value: unknown, roll: (below: number) => number): unknown {
  const keys = typeof value === "object" && value !== null
    ? Object.keys(value)
    : [];
  if (keys.length === 0 || roll(4) === 0) return VALUES[roll(VALUES.length)];
  const key = keys[roll(keys.length)]!;
  const inner = (value as { [key: string]: unknown })[key];
  const changed = retyped(inner, roll);
  return Array.isArray(value)
    ? value.with(Number(key), changed)
    : { ...(value as object), [key]: changed };
}
