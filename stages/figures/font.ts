/**
 * The one font of the figures, from its package: what is installed on a machine
 * cannot change a figure. Text is shaped here, so all three forms of a figure
 * have the same letters in the same places.
 */
import { join } from "node:path";
import { create } from "fontkit";
// Imported for its digest: the font's package is a fact of every figure.
import fonts from "@expo-google-fonts/source-sans-3/package.json" with {
  type: "json",
};
import { StageError } from "../../pipeline/stage/task.ts";

/** The family, in the regular and the semibold weight. */
export const FONT = "Source Sans 3";

/** A weight of the family. */
export type Weight = 400 | 600;

/** Where the package lies; a declaration lets the stage read it. */
const FOLDER = join(
  import.meta.dirname!, // a local file always has one
  "../../node_modules/@expo-google-fonts/source-sans-3",
);

const FILES = {
  400: "400Regular/SourceSans3_400Regular.ttf",
  600: "600SemiBold/SourceSans3_600SemiBold.ttf",
};

/** A letter as fontkit gives it. Lengths are parts of an em: `unitsPerEm` of them. */
export interface Glyph {
  readonly id: number;
  readonly advanceWidth: number;
  /** The characters that it stands for, several in a ligature. */
  readonly codePoints: readonly number[];
  readonly path: {
    readonly commands: readonly {
      readonly command:
        | "moveTo"
        | "lineTo"
        | "quadraticCurveTo"
        | "bezierCurveTo"
        | "closePath";
      readonly args: readonly number[];
    }[];
  };
}

/** Letters in a line: where each stands relative to its pen, and how far the pen goes. */
export interface Line {
  readonly glyphs: readonly Glyph[];
  readonly positions: readonly {
    readonly xAdvance: number;
    readonly xOffset: number;
    readonly yOffset: number;
  }[];
  readonly advanceWidth: number;
}

/** One weight of the family, as fontkit reads its file. */
export interface Face {
  readonly postscriptName: string;
  readonly unitsPerEm: number;
  readonly ascent: number;
  /** Negative. */
  readonly descent: number;
  readonly capHeight: number;
  readonly bbox: { minX: number; minY: number; maxX: number; maxY: number };
  layout(text: string): Line;
  /** A font of some letters, which are numbered anew. */
  createSubset(): { includeGlyph(id: number): number; encode(): Uint8Array };
}

const faces = new Map<Weight, Face>();

/** A weight of the family, read when it is first asked for. */
export function face(weight: Weight): Face {
  let found = faces.get(weight);
  if (!found) {
    found = create(Deno.readFileSync(`${FOLDER}/${FILES[weight]}`)) as Face;
    faces.set(weight, found);
  }
  return found;
}

/** A text is measured before it is written. */
const lines = new Map<string, Line>();

/** Puts letters side by side. A character that the font lacks would be an empty box. */
export function layout(text: string, weight: Weight): Line {
  const key = `${weight} ${text}`;
  const known = lines.get(key);
  if (known) return known;
  const line = face(weight).layout(text);
  const lacking = line.glyphs.find(({ id }) => id === 0);
  if (lacking) {
    throw new StageError(
      `Cannot write "${text}" in a figure`,
      `${FONT} ${fonts.version} has no "${
        String.fromCodePoint(...lacking.codePoints)
      }"`,
      "say it in other characters",
    );
  }
  lines.set(key, line);
  return line;
}

/** A CSS font of so many points. */
export function font(points: number, weight: Weight = 400): string {
  return `${weight} ${points}px '${FONT}'`;
}

/** How wide a text is, in points: known before there is a page to draw it on. */
export function textWidth(
  text: string,
  points: number,
  weight: Weight = 400,
): number {
  return layout(text, weight).advanceWidth * points / face(weight).unitsPerEm;
}
