/**
 * Digests of files, remembered while the files are untouched: by device, inode,
 * size, time of modification and time of change. The last cannot be set by a
 * program, so an edit that keeps size and modification time is still noticed.
 *
 * As in git, a file that was touched in the very moment of being hashed is not
 * trusted the next time: another write within the same tick of the clock would
 * leave the same times behind.
 *
 * The cache is one flat file, a line an entry. Losing it costs time; a broken one
 * is an empty one.
 */
import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { type Digest, digestBytes, digestFile } from "./digest.ts";
import { inStore, isMissing, readStored } from "./disk.ts";
import { writeWhole } from "./write.ts";
import { type Inode, look } from "./inode.ts";

const VERSION = "facsimile stat 3";

/** How many ticks of the file system's clock older than its hashing a file must be. */
const SETTLED = 10;

/** `<digest>\t<state>`: as it stands in the file, so that most need no parsing. */
type Entry = string;

/** Remembers digests in one flat file. */
export class StatCache {
  readonly #old: ReadonlyMap<string, Entry>;
  readonly #used = new Map<string, Entry>();
  /** Everything that was looked at, as it was; `undefined` where there was nothing. */
  readonly #seen = new Map<string, Inode | undefined>();
  /** Of folders, where links that lead out are to be found. */
  readonly #real = new Map<string, string | undefined>();
  #changed = false;

  private constructor(
    private readonly path: string,
    old: ReadonlyMap<string, Entry>,
  ) {
    this.#old = old;
  }

  /** Opens a cache; a broken or missing file is an empty one. */
  static open(path: string): StatCache {
    return new StatCache(path, read(path) ?? new Map());
  }

  /**
   * The digest of a plain file's content; `undefined` if there is none of that
   * name. With `within`, a name that really is outside that folder, by a link of
   * its own or of a folder on the way, is as good as none.
   */
  digest(path: string, within?: string): Digest | undefined {
    let real = path;
    let inode = look(path);
    this.#seen.set(path, inode);
    if (inode?.kind === "link") {
      const target = follow(path);
      if (target === undefined) return;
      real = target;
      inode = look(real);
      this.#seen.set(real, inode);
    }
    if (inode?.kind !== "file") return;
    if (within !== undefined && !this.#inside(real, within)) return;
    const known = this.#used.get(path) ?? this.#old.get(path);
    if (known !== undefined && stateOf(known) === inode.state) {
      this.#used.set(path, known);
      return digestOf(known);
    }
    const now = Date.now();
    const digest = digestFile(real);
    if (settled(inode, now) && look(real)?.state === inode.state) {
      this.#used.set(path, `${digest}\t${inode.state}`);
      this.#changed = true;
    }
    return digest;
  }

  /** Looks at a name, so that what decides by it is known to have done so. */
  note(path: string): void {
    this.#seen.set(path, look(path));
  }

  /** The text of a small file; `undefined` if there is none. */
  text(path: string): string | undefined {
    this.note(path);
    try {
      return readFileSync(path, "utf8");
    } catch (error) {
      if (isMissing(error)) return;
      throw error;
    }
  }

  /** The names in a folder, sorted; `undefined` for what is none. */
  names(path: string): string[] | undefined {
    let real = path;
    let inode = look(path);
    this.#seen.set(path, inode);
    if (inode?.kind === "link") {
      real = follow(path) ?? path;
      inode = look(real);
      this.#seen.set(real, inode);
    }
    if (inode?.kind !== "other") return;
    try {
      return readdirSync(real).sort();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return; // a device
      throw error;
    }
  }

  /**
   * What the file system says of a name just now, and of what it leads to by a
   * link: another text after each edit, also after one that was taken back.
   */
  state(path: string): string {
    const inode = look(path);
    if (inode?.kind !== "link") return inode?.state ?? "-";
    const real = follow(path);
    return `${inode.state} ${real} ${real && look(real)?.state}`;
  }

  /**
   * Says that a file got or lost a link by our own doing: its time of change is
   * another then, its content is not. What was known of it stays known, unless its
   * size or its time of modification says that somebody wrote to it meanwhile.
   */
  linked(path: string): void {
    const known = this.#used.get(path) ?? this.#old.get(path);
    const inode = look(path);
    this.#seen.set(path, inode);
    if (known === undefined || inode?.kind !== "file") return;
    if (withoutChange(stateOf(known)) !== withoutChange(inode.state)) return;
    this.#used.set(path, `${digestOf(known)}\t${inode.state}`);
    this.#changed = true;
  }

  /** The names that were looked at, with what the file system said of them. */
  seen(): ReadonlyMap<string, Inode | undefined> {
    return this.#seen;
  }

  /** Keeps what is known, if that is more than before. */
  save(): void {
    if (!this.#changed) return;
    // What this run did not look at stays, until it is most of the file.
    const all = this.#old.size > 4 * this.#used.size + 10_000
      ? this.#used
      : new Map([...this.#old, ...this.#used]);
    const lines: string[] = [];
    for (const [name, entry] of all) {
      if (!/[\t\n]/.test(name)) lines.push(`${entry}\t${name}`);
    }
    const body = lines.join("\n");
    const head = `${VERSION}\t${Date.now()}\t${digestBytes(body)}\n`;
    inStore(
      dirname(dirname(this.path)),
      this.path,
      () => writeWhole(this.path, head + body),
    );
    this.#changed = false;
  }

  #inside(path: string, folder: string): boolean {
    const parent = this.#realFolder(dirname(path));
    const root = this.#realFolder(folder);
    return parent !== undefined && root !== undefined &&
      join(parent, basename(path)).startsWith(
        root.endsWith(sep) ? root : root + sep,
      );
  }

  #realFolder(path: string): string | undefined {
    if (!this.#real.has(path)) this.#real.set(path, follow(path));
    return this.#real.get(path);
  }
}

/** Whether a file was touched so long before a moment that the next edit must show. */
export function settled({ touched, tick }: Inode, now: number): boolean {
  return touched + SETTLED * tick < now;
}

function digestOf(entry: Entry): Digest {
  return entry.slice(0, 64) as Digest;
}

function stateOf(entry: Entry): string {
  return entry.slice(65);
}

/** The state of a file without its last part, the time of change. */
export function withoutChange(state: string): string {
  return state.slice(0, state.lastIndexOf(":"));
}

function read(path: string): Map<string, Entry> | undefined {
  const text = readStored(path);
  if (text === undefined) return;
  const first = text.indexOf("\n");
  const body = text.slice(first + 1);
  const [version, saved, digest] = text.slice(0, Math.max(first, 0)).split(
    "\t",
  );
  if (version !== VERSION || digest !== digestBytes(body)) return;
  // The clock was set back: a file could be edited at a time that was before.
  if (!(Number(saved) <= Date.now())) return;
  const entries = new Map<string, Entry>();
  for (let at = 0; at < body.length;) {
    const found = body.indexOf("\n", at);
    const end = found < 0 ? body.length : found;
    const tab = body.indexOf("\t", at + 65);
    entries.set(body.slice(tab + 1, end), body.slice(at, tab));
    at = end + 1;
  }
  return entries;
}

/** Where a name really is; `undefined` if it leads nowhere, or where nobody may look. */
function follow(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (/^(EACCES|ELOOP|ENOENT|ENOTDIR)$/.test(code ?? "")) return;
    throw error;
  }
}
