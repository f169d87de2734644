/** What is on a page, in its units, before it has a form. */
import type { Weight } from "./font.ts";
import type { Outline } from "./path.ts";
import type { Bitmap } from "./png.ts";

/** A colour, `#rrggbb`, and how much of it covers what is below, of 0…1. */
export interface Paint {
  readonly colour: string;
  readonly opacity: number;
}

/** How a line is drawn along an outline. */
export interface Stroke {
  readonly width: number;
  readonly dash: readonly number[];
  readonly join: "miter" | "round" | "bevel";
  readonly cap: "butt" | "round" | "square";
}

/** Something on a page, as far as all outlines of `clip` let it be seen. */
export type Drawing =
  & { readonly clip: readonly Outline[] }
  & (
    | { kind: "fill"; outline: Outline; paint: Paint }
    | { kind: "stroke"; outline: Outline; paint: Paint; stroke: Stroke }
    /** From `x` on the line `y`. */
    | {
      kind: "text";
      text: string;
      weight: Weight;
      size: number;
      x: number;
      y: number;
      paint: Paint;
    }
    | {
      kind: "picture";
      picture: Bitmap;
      x: number;
      y: number;
      width: number;
      height: number;
    }
  );

/** A page with all that is drawn on it. */
export interface Sheet {
  readonly title: string;
  /** What there is to see, for those who do not. */
  readonly description: string;
  /** Whole numbers of units: else the last column of pixels would be half transparent. */
  readonly width: number;
  readonly height: number;
  /** Millimetres. */
  readonly unit: number;
  readonly authors: readonly string[];
  /** Of its words, as BCP 47 names it. */
  readonly language: string;
  readonly drawings: readonly Drawing[];
}
