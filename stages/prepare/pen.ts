/**
 * Draws strokes with a round pen, grey at the edges. Only + − × ÷ and square
 * roots, which every machine rounds alike.
 */
import type { Point, Stroke } from "./shape.ts";

/** Straight pieces between two neighbouring points of a curve. */
const PIECES = 4;

/** The corners of a stroke as a chain of straight pieces. */
export function flatten({ kind, points }: Stroke): Point[] {
  if (kind === "line") return [...points];
  const chain: Point[] = [points[0]!];
  for (let i = 0; i + 1 < points.length; i++) {
    const from = points[i]!;
    const to = points[i + 1]!;
    const before = points[i - 1] ?? from;
    const after = points[i + 2] ?? to;
    for (let piece = 1; piece <= PIECES; piece++) {
      const t = piece / PIECES;
      chain.push([
        spline(before[0], from[0], to[0], after[0], t),
        spline(before[1], from[1], to[1], after[1], t),
      ]);
    }
  }
  return chain;
}

/** Catmull and Rom's cubic through b and c at t = 0 and 1. */
function spline(a: number, b: number, c: number, d: number, t: number): number {
  return b +
    0.5 * t *
      (c - a +
        t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

/** How far from its nominal edge the ink fades, in pixels, to either side. */
const SOFTNESS = 0.75;

/**
 * Draws chains into a square picture of grey values 0…255, row by row. Radius
 * and points in pixels; the centre of the top left pixel is (0.5, 0.5).
 */
export function ink(
  picture: Uint8Array,
  side: number,
  chains: readonly (readonly Point[])[],
  radius: number,
): void {
  const reach = radius + SOFTNESS;
  const nearest = new Float64Array(side * side).fill(reach * reach);
  for (const chain of chains) {
    for (let i = 0; i + 1 < chain.length; i++) {
      measure(nearest, side, chain[i]!, chain[i + 1]!, reach);
    }
  }
  for (let i = 0; i < nearest.length; i++) {
    const distance = nearest[i]!;
    if (distance >= reach * reach) continue;
    const cover = (reach - Math.sqrt(distance)) / (2 * SOFTNESS);
    picture[i] = Math.floor(255 * Math.min(1, cover) + 0.5);
  }
}

/** Lowers each pixel's squared distance to that from the piece between two points. */
function measure(
  nearest: Float64Array,
  side: number,
  [ax, ay]: Point,
  [bx, by]: Point,
  reach: number,
): void {
  const dx = bx - ax;
  const dy = by - ay;
  const length = dx * dx + dy * dy;
  const left = Math.max(0, Math.floor(Math.min(ax, bx) - reach));
  const right = Math.min(side - 1, Math.floor(Math.max(ax, bx) + reach));
  const top = Math.max(0, Math.floor(Math.min(ay, by) - reach));
  const bottom = Math.min(side - 1, Math.floor(Math.max(ay, by) + reach));
  for (let row = top; row <= bottom; row++) {
    const y = row + 0.5 - ay;
    for (let column = left; column <= right; column++) {
      const x = column + 0.5 - ax;
      const along = length > 0
        ? Math.max(0, Math.min(1, (x * dx + y * dy) / length))
        : 0;
      const u = x - along * dx;
      const v = y - along * dy;
      const distance = u * u + v * v;
      const i = row * side + column;
      if (distance < nearest[i]!) nearest[i] = distance;
    }
  }
}
