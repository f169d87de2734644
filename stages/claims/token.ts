/** Splits a claim's expression into words, and remembers where each begins. */

/** One word, and where it begins in the text. */
export type Token =
  | {
    readonly kind: "number";
    readonly text: string;
    readonly at: number;
    readonly value: number;
  }
  | { readonly kind: "name"; readonly text: string; readonly at: number }
  /** In quotes: a place on an axis that is no number. */
  | {
    readonly kind: "string";
    readonly text: string;
    readonly at: number;
    readonly value: string;
  }
  | { readonly kind: "sign"; readonly text: string; readonly at: number }
  | { readonly kind: "end"; readonly text: ""; readonly at: number };

/** A mistake in an expression, at a place. */
export class ExpressionError extends Error {
  override readonly name = "ExpressionError";
  constructor(message: string, readonly at: number, readonly length = 1) {
    super(message);
  }
}

// `0.10..0.12` is a range: a number does not end in a dot that another follows.
const WORD =
  /\s*(?:(\d+(?:\.(?!\.)\d*)?(?:e[+-]?\d+)?)|([a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)?)|(<=|>=|==|\.\.|[-+*/()<>,=])|("[^"\n]*"|'[^'\n]*')|(\S))/giy;

/** Splits an expression into words. The last one is the end. */
export function tokens(text: string): Token[] {
  const found: Token[] = [];
  WORD.lastIndex = 0;
  while (WORD.lastIndex < text.trimEnd().length) {
    const match = WORD.exec(text);
    if (!match) break;
    const [all, number, name, sign, string, other] = match;
    const word = number ?? name ?? sign ?? string ?? other ?? "";
    const at = match.index + all.length - word.length;
    if (number !== undefined) {
      found.push({ kind: "number", text: word, at, value: Number(number) });
    } else if (name !== undefined) found.push({ kind: "name", text: word, at });
    else if (sign !== undefined) found.push({ kind: "sign", text: word, at });
    else if (string !== undefined) {
      const value = word.slice(1, -1);
      found.push({ kind: "string", text: word, at, value });
    } else throw new ExpressionError(`"${word}" means nothing here`, at);
  }
  found.push({ kind: "end", text: "", at: text.trimEnd().length });
  return found;
}
