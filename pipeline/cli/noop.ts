/**
 * The quick answer to "is anything to be done?": if everything that the last
 * answer depended on is untouched, the answer is the same. Every file that was
 * looked at is written down with its state, and the command line, the
 * environment and Deno's version with them; what is not there counts, too.
 *
 * Imports nothing but `inode.ts`: loading Node's file system, hashing, TOML and
 * the schema takes five times as long as the whole of this.
 */
import { type Inode, look } from "../store/inode.ts";

const VERSION = "facsimile still 2";

/** What an answer depends on besides files. */
interface Ground {
  readonly version: string;
  /** Its files are named by absolute paths: a copied project asks anew. */
  readonly root: string;
  readonly deno: string;
  readonly arguments: readonly string[];
  readonly columns: number;
  readonly environment: { readonly [name: string]: string | null };
  /** When it was written, in ms since 1970. */
  readonly saved: number;
  readonly answer: Answer;
}

/** What is printed: for a terminal with colours, and without. */
export interface Answer {
  readonly plain: string;
  readonly styled: string;
}

/** The last answer to a command line, if nothing was touched since. */
export function still(
  root: string,
  args: readonly string[],
): Answer | undefined {
  const name = path(root, args);
  if (look(name)?.kind !== "file") return;
  const text = Deno.readTextFileSync(name);
  const end = text.indexOf("\n");
  if (end < 0 || !text.endsWith("\nend")) return;
  const ground = parse(text.slice(0, end));
  if (
    !ground ||
    ground.version !== VERSION || ground.root !== root ||
    ground.deno !== Deno.version.deno ||
    ground.arguments.join("\0") !== args.join("\0") ||
    ground.columns !== columns() ||
    // The clock was set back: an edit could bear a time that was before.
    !(ground.saved <= Date.now())
  ) return;
  for (const [name, value] of Object.entries(ground.environment)) {
    if ((Deno.env.get(name) ?? null) !== value) return;
  }
  for (let at = end + 1; at < text.length - "end".length;) {
    const tab = text.indexOf("\t", at);
    const line = text.indexOf("\n", tab);
    const state = look(text.slice(tab + 1, line))?.state ?? "-";
    if (state !== text.slice(at, tab)) return;
    at = line + 1;
  }
  return ground.answer;
}

/** What the first line says; undefined if it is not what was written. */
function parse(line: string): Ground | undefined {
  let ground: Ground | null;
  try {
    ground = JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  return typeof ground?.answer?.plain === "string" &&
      typeof ground.answer.styled === "string" &&
      Array.isArray(ground.arguments) &&
      typeof ground.environment === "object" && ground.environment !== null
    ? ground
    : undefined;
}

/**
 * Writes an answer down, unless something that it depends on was touched while
 * it was found: then the next answer is found the long way again.
 */
export function remember(
  root: string,
  args: readonly string[],
  { seen, sources, environment, began, answer, settled, write }: {
    readonly seen: ReadonlyMap<string, Inode | undefined>;
    /** Files, and folders with all in them, that decide what is decided. */
    readonly sources: readonly string[];
    readonly environment: readonly string[];
    /** When the finding began, in ms since 1970. */
    readonly began: number;
    readonly answer: Answer;
    readonly settled: (inode: Inode, now: number) => boolean;
    readonly write: (path: string, text: string) => void;
  },
): void {
  const states = new Map(seen);
  for (const source of sources) gather(source, states);
  const lines: string[] = [];
  for (const [name, inode] of states) {
    if (/[\t\n]/.test(name)) return;
    if (inode && !settled(inode, began)) return;
    lines.push(`${inode?.state ?? "-"}\t${name}`);
  }
  const ground: Ground = {
    version: VERSION,
    root,
    deno: Deno.version.deno,
    arguments: args,
    columns: columns(),
    environment: Object.fromEntries(
      environment.map((name) => [name, Deno.env.get(name) ?? null]),
    ),
    saved: Date.now(),
    answer,
  };
  write(path(root, args), [JSON.stringify(ground), ...lines, "end"].join("\n"));
}

/** A folder's own state changes with the names in it, so that a new file shows. */
function gather(path: string, into: Map<string, Inode | undefined>): void {
  const inode = look(path);
  into.set(path, inode);
  if (inode?.kind !== "other") return;
  let entries: Deno.DirEntry[];
  try {
    entries = [...Deno.readDirSync(path)];
  } catch (error) {
    if (error instanceof Deno.errors.NotADirectory) return; // a device
    throw error;
  }
  for (const { name } of entries) gather(`${path}/${name}`, into);
}

function path(root: string, args: readonly string[]): string {
  const name = encodeURIComponent(args.join(" ")).slice(0, 150);
  return `${root}/.store/cache/still-${name}`;
}

function columns(): number {
  if (!Deno.stdout.isTerminal()) return 0;
  return Deno.consoleSize().columns;
}
