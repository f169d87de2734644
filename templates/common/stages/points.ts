/** The files that pass between the stages. Types, not interfaces: they are JSON. */

/** One data set. `prepare` writes it. */
export type Points = {
  readonly set: number;
  readonly points: readonly (readonly [x: number, y: number])[];
};

/** The line through one data set: y = intercept + slope · x. `fit` writes it. */
export type Line = {
  readonly set: number;
  readonly method: string;
  readonly intercept: number;
  readonly slope: number;
};

/** The content of such a file. */
export function read<Content>(path: string): Content {
  return JSON.parse(Deno.readTextFileSync(path));
}
