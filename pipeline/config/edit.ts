/**
 * Sets keys of a TOML text in place: comments, order and layout of everything else
 * stay as somebody wrote them.
 */
import { type AST, parseTOML } from "toml-eslint-parser";

/** Where a table is written, and what is in it, by what must be put where. */
interface Found {
  /** The values that the keys have, by key. */
  readonly values: ReadonlyMap<string, AST.TOMLContentNode>;
  /** Where further keys go, and how they are written there: as `a = 1`. */
  readonly end: {
    readonly at: number;
    readonly written: (pairs: readonly string[]) => string;
  };
}

/**
 * The text with some keys of a table set, to numbers and texts; `undefined` if the
 * text has no such table.
 */
export function setKeys(
  text: string,
  path: readonly string[],
  keys: { readonly [key: string]: number | string },
): string | undefined {
  const found = find(text, path);
  if (!found) return undefined;
  const edits: { from: number; to: number; put: string }[] = [];
  const pairs: string[] = [];
  for (const [key, value] of Object.entries(keys)) {
    const literal = JSON.stringify(value); // TOML's, for numbers and plain texts
    const old = found.values.get(key);
    if (old) edits.push({ from: old.range[0], to: old.range[1], put: literal });
    else pairs.push(`${key} = ${literal}`);
  }
  const { at, written } = found.end;
  if (pairs.length > 0) edits.push({ from: at, to: at, put: written(pairs) });
  // From the end, so that places before it stay.
  return edits.toSorted((a, b) => b.from - a.from).reduce(
    (done, { from, to, put }) => done.slice(0, from) + put + done.slice(to),
    text,
  );
}

function find(text: string, path: readonly string[]): Found | undefined {
  const values = new Map<string, AST.TOMLContentNode>();
  let end: Found["end"] | undefined;
  const newline = text.includes("\r\n") ? "\r\n" : "\n";

  function below(at: number, prefix: string): Found["end"] {
    const line = text.slice(text.lastIndexOf("\n", at - 1) + 1, at);
    const indent = /^[ \t]*/.exec(line)![0]; // matches always
    const rest = text.indexOf("\n", at);
    const stop = rest < 0 ? text.length : rest;
    return {
      // Behind a comment that ends the line.
      at: text[stop - 1] === "\r" ? stop - 1 : stop,
      written: (pairs) =>
        pairs.map((pair) => newline + indent + prefix + pair).join(""),
    };
  }

  function pair(around: readonly string[], one: AST.TOMLKeyValue): void {
    const names = one.key.keys.map((part) =>
      part.type === "TOMLBare" ? part.name : part.value
    );
    const whole = [...around, ...names];
    if (begins(whole, path) && whole.length === path.length + 1) {
      values.set(whole.at(-1)!, one.value); // it has one name more
      if (around.length < path.length) {
        // Written with dots, as `a.b = 1`: so is what comes beside it.
        const last = one.key.keys.at(-1)!;
        end = below(
          one.range[1],
          text.slice(one.key.range[0], last.range[0]),
        );
      }
    }
    if (one.value.type !== "TOMLInlineTable") return;
    const { body, range } = one.value;
    if (same(whole, path)) {
      const last = body.at(-1);
      end = last
        ? {
          at: last.range[1],
          written: (pairs) => pairs.map((pair) => `, ${pair}`).join(""),
        }
        : { at: range[0] + 1, written: (pairs) => ` ${pairs.join(", ")} ` };
    }
    for (const inner of body) pair(whole, inner);
  }

  for (const node of parseTOML(text, { tomlVersion: "1.1" }).body[0].body) {
    if (node.type === "TOMLKeyValue") {
      pair([], node);
      continue;
    }
    const around = node.resolvedKey.map(String);
    if (same(around, path)) {
      end = below(node.body.at(-1)?.range[1] ?? node.key.range[1], "");
    }
    for (const one of node.body) pair(around, one);
  }
  return end && { values, end };
}

function begins(path: readonly string[], start: readonly string[]): boolean {
  return start.every((name, at) => path[at] === name);
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && begins(a, b);
}
