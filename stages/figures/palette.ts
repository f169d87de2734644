/** Colours of the figures. */
import { interpolateViridis } from "d3-scale-chromatic";
import { log10 } from "../evaluation/logarithm.ts";

export const INK = "#1a1a1a";
export const GRID = "#e4e4e4";

/** The form of a mark. */
export type Mark =
  | "circle"
  | "square"
  | "triangle"
  | "diamond"
  | "tip"
  | "plus";

/** The look of a series. */
export interface Look {
  /** `#rrggbb`. */
  readonly colour: string;
  readonly mark: Mark;
}

/**
 * Okabe and Ito's colours, which people with any colour vision can tell apart, in an
 * order in which they also differ in grey.
 */
const APART: readonly Look[] = [
  { colour: "#d55e00", mark: "circle" },
  { colour: "#0072b2", mark: "square" },
  { colour: "#009e73", mark: "triangle" },
  { colour: "#cc79a7", mark: "diamond" },
  { colour: "#e69f00", mark: "tip" },
  { colour: "#56b4e9", mark: "plus" },
];

/** So many series are told apart by colours and marks of their own. */
export const FEW = APART.length;

/** What the colours of many series stand for: a value, from low to high. */
export interface ColourScale {
  /** `lr`. */
  readonly name: string;
  readonly low: number;
  readonly high: number;
  /** Where a value stands, from 0 to 1: by its logarithm if they span more than a power of ten. */
  readonly share: (value: number) => number;
}

/** The scale of some values on an axis; nothing if they are no numbers, or one alone. */
export function colourScale(
  name: string | null,
  values: readonly (number | null)[],
): ColourScale | null {
  const numbers = values.filter((value) => value !== null);
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  if (name === null || numbers.length < values.length || !(low < high)) {
    return null;
  }
  const share = low > 0 && high / low > 10
    ? (value: number) => log10(value / low) / log10(high / low)
    : (value: number) => (value - low) / (high - low);
  return { name, low, high, share };
}

/**
 * The looks of series with such values. More than a few have the colours of a scale;
 * without one, evenly by the order of their values, so that no two look alike.
 */
export function looksOf(
  values: readonly (number | null)[],
  scale: ColourScale | null,
): Look[] {
  const count = values.length;
  if (count <= FEW) return values.map((_, index) => APART[index]!);
  const numbers = values.filter((value) => value !== null);
  const order = new Set(numbers).size === count
    ? numbers.toSorted((a, b) => a - b)
    : null;
  return values.map((value, index) => ({
    colour: scaleColour(
      scale && value !== null
        ? scale.share(value)
        : (order ? order.indexOf(value!) : index) / (count - 1),
    ),
    mark: "circle",
  }));
}

/** The colour of a share of a scale: viridis without its end that is too bright on paper. */
export function scaleColour(share: number): string {
  return hex(viridis(0.88 * share));
}

/** The colour of words about a series: its own, if that can be read on paper. */
export function readable(colour: string): string {
  const [r, g, b] = [1, 3, 5].map((at) =>
    (parseInt(colour.slice(at, at + 2), 16) / 255) ** 2
  );
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b! > 0.35 ? INK : colour;
}

function hex(colour: readonly number[]): string {
  return `#${
    colour.map((part) => part.toString(16).padStart(2, "0")).join("")
  }`;
}

/** Viridis, from 0 to 1, as red, green and blue of 0…255. */
export function viridis(value: number): [number, number, number] {
  const clamped = value < 0 ? 0 : value > 1 ? 1 : value;
  const hex = /^#(..)(..)(..)$/.exec(interpolateViridis(clamped));
  if (!hex) throw new Error(`d3 gave ${interpolateViridis(clamped)}`);
  return [hex[1], hex[2], hex[3]].map((part) => parseInt(part!, 16)) as [
    number,
    number,
    number,
  ];
}

/** From blue (−1) over white (0) to orange (1), also told apart without red and green. */
export function signed(value: number): [number, number, number] {
  const end = value < 0 ? [0, 90, 160] : [213, 94, 0];
  const share = Math.min(1, Math.abs(value));
  return end.map((part) => Math.round(255 + (part - 255) * share)) as [
    number,
    number,
    number,
  ];
}
