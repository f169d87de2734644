/** Archives spoilt by chance, always by the same: JSON values, and bytes of ZIPs. */

/** Numbers from 0 to 1, the same for a seed (mulberry32). */
export class Chance {
  #state: number;
  constructor(seed: number) {
    this.#state = seed;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  of<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!; // there is one
  }
}

/** What no value of JavaScript is, put into the text. */
const LITERALS: { readonly [placeholder: string]: string } = {
  "\u0001huge": "1e999",
  "\u0001deep": "[".repeat(100_000) + "]".repeat(100_000),
  "\u0001deeper": '{"a":'.repeat(100_000) + "1" + "}".repeat(100_000),
  "\u0001proto": '{"__proto__":{"a":1}}',
};

const NAMES = [
  "constructor",
  "__proto__",
  "prototype",
  "toString",
  "valueOf",
  "%zz",
  "../../../outside",
  "/outside",
  "a/../../outside",
  "..",
  "",
  "\ud800",
  "a\nlevel 1  record     ok: nothing is wrong",
  "\x1b[2J\x1b[Hok",
  "\x9b2J",
  "\u202eko",
  "x".repeat(300),
  "stage[a=b/../../../../outside]",
];

const VALUES: readonly unknown[] = [
  null,
  true,
  -1,
  0.5,
  2 ** 53,
  [],
  {},
  [null],
  [[]],
  { toString: 1 },
  { toString: null, valueOf: null },
  { length: 1 },
  { constructor: 1 },
  "x".repeat(100_000),
  ...Object.keys(LITERALS),
  ...NAMES,
];

type Table = { [key: string]: unknown };

/** Every object and list in a value. */
function tables(value: unknown, found: Table[] = []): Table[] {
  if (typeof value !== "object" || value === null) return found;
  found.push(value as Table);
  for (const inner of Object.values(value)) tables(inner, found);
  return found;
}

/** A JSON text with one to three things in it changed. */
export function mutateJson(text: string, chance: Chance): string {
  if (chance.below(20) === 0) {
    const at = chance.below(text.length);
    return chance.below(2) === 0
      ? text.slice(0, at)
      : text.slice(0, at) + chance.of(['"', "{", "]", "\0", "1e999", "null"]) +
        text.slice(at + 1);
  }
  let value: unknown = JSON.parse(text);
  for (let times = 1 + chance.below(3); times > 0; times--) {
    const all = tables(value);
    if (chance.below(60) === 0 || all.length === 0) {
      value = structuredClone(chance.of(VALUES));
      continue;
    }
    const table = chance.of(all);
    const keys = Object.keys(table);
    const key = keys.length > 0 ? chance.of(keys) : "new";
    switch (chance.below(6)) {
      case 0:
        if (Array.isArray(table)) table.splice(Number(key), 1);
        else delete table[key];
        break;
      case 1: // another name for the same
        if (Array.isArray(table)) table.push(table[Number(key)]);
        else {
          rename(table, key, chance.of(NAMES));
        }
        break;
      case 2: // something from elsewhere in it
        table[key] = structuredClone(chance.of(all));
        break;
      default:
        table[key] = structuredClone(chance.of(VALUES));
    }
  }
  let out = JSON.stringify(value);
  for (const [placeholder, literal] of Object.entries(LITERALS)) {
    out = out.replaceAll(JSON.stringify(placeholder), literal);
  }
  return out;
}

function rename(table: Table, was: string, now: string): void {
  Object.defineProperty(table, now, {
    value: table[was],
    enumerable: true,
    writable: true,
    configurable: true,
  });
  if (was !== now) delete table[was];
}

/** The bytes of a file with something changed, moved, left out or put in. */
export function mutateBytes(bytes: Uint8Array, chance: Chance): Uint8Array {
  const at = () =>
    // Half of them in the directory at the end, where a ZIP says what it is.
    chance.below(2) === 0
      ? chance.below(bytes.length)
      : bytes.length - 1 - chance.below(Math.min(bytes.length, 6000));
  const piece = (from: number, length: number) =>
    bytes.slice(from, Math.min(bytes.length, from + length));
  switch (chance.below(6)) {
    case 0:
      return bytes.slice(0, at());
    case 1: {
      const from = at();
      const gone = 1 + chance.below(40);
      return joined(bytes.slice(0, from), bytes.slice(from + gone));
    }
    case 2: {
      const to = at();
      return joined(
        bytes.slice(0, to),
        piece(at(), 1 + chance.below(100)),
        bytes.slice(to),
      );
    }
    case 3: { // two pieces that change places
      const length = 1 + chance.below(60);
      const [first, second] = [at(), at()].sort((a, b) => a - b) as [
        number,
        number,
      ];
      const out = Uint8Array.from(bytes);
      out.set(piece(second, length), first);
      out.set(piece(first, Math.min(length, bytes.length - second)), second);
      return out;
    }
    case 4: { // a field
      const out = Uint8Array.from(bytes);
      const size = chance.of([1, 2, 4, 8]);
      const from = Math.min(at(), bytes.length - size);
      out.fill(chance.of([0, 1, 0x7f, 0x80, 0xff]), from, from + size);
      return out;
    }
    default: {
      const out = Uint8Array.from(bytes);
      for (let times = 1 + chance.below(4); times > 0; times--) {
        out[at()]! ^= 1 << chance.below(8);
      }
      return out;
    }
  }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
