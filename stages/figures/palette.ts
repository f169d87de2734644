/**
 * Colours of the figures: Okabe and Ito's, which people with any colour vision
 * can tell apart, in an order in which they also differ in grey.
 */
import { interpolateViridis } from "d3-scale-chromatic";

export const INK = "#1a1a1a";
export const GRID = "#e4e4e4";

/** Colours and marks. */
const SERIES = [
  { colour: "#d55e00", mark: "circle" },
  { colour: "#0072b2", mark: "square" },
  { colour: "#009e73", mark: "triangle" },
  { colour: "#cc79a7", mark: "diamond" },
  { colour: "#e69f00", mark: "circle" },
  { colour: "#56b4e9", mark: "square" },
] as const;

/** The look of the n-th series; with more than there are, they begin anew. */
export function look(index: number): typeof SERIES[number] {
  return SERIES[index % SERIES.length]!; // a remainder is below the length
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
