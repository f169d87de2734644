/** Where a key stands in a TOML text, for messages. */

/**
 * The line (from 1) of a key, or of the nearest table around it. A search by
 * lines and not a parser: a message that points one line off in an exotic
 * document is better than a second TOML parser.
 */
export function locate(
  text: string,
  keys: readonly string[],
): number | undefined {
  let best: { line: number; depth: number } | undefined;
  let table: string[] = [];
  const counts = new Map<string, number>();
  text.split("\n").forEach((line, index) => {
    const head = /^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?/.exec(line);
    if (head) {
      table = split(head[2]!);
      if (head[1] === "[[") {
        const name = table.join(".");
        const count = counts.get(name) ?? 0;
        counts.set(name, count + 1);
        table = [...table, String(count)];
      }
      note(table, index + 1);
      return;
    }
    const pair = /^\s*([\w."'-]+)\s*=/.exec(line);
    if (pair) note([...table, ...split(pair[1]!)], index + 1);
  });
  return best?.line;

  function note(path: readonly string[], line: number): void {
    const fits = path.length <= keys.length &&
      path.every((key, depth) => key === keys[depth]);
    if (fits && path.length > (best?.depth ?? 0)) {
      best = { line, depth: path.length };
    }
  }
}

function split(key: string): string[] {
  return key.split(".").map((part) => part.trim().replace(/^["']|["']$/g, ""));
}

/** A line of a text with a caret below a column, both from 1. */
export function quote(text: string, line: number, column: number): string {
  const number = String(line);
  const content = text.split("\n")[line - 1] ?? "";
  return `${number} | ${content}\n${" ".repeat(number.length)} | ${
    " ".repeat(Math.max(0, column - 1))
  }^`;
}
