/**
 * Draws synthetic digits, the stand-in data of a machine without a network: they
 * look handwritten and have MNIST's sizes and, on average, its brightness. No
 * result on them says anything about MNIST.
 */
import type { Idx } from "../formats/idx.ts";
import { stream } from "../random/stream.ts";
import type { Stream } from "../random/stream.ts";
import { flatten, ink } from "./pen.ts";
import type { Point } from "./shape.ts";
import { FORMS } from "./shape.ts";

/** MNIST's pictures are 28 × 28, the digit inside 20 × 20 (LeCun et al. 1998). */
const SIDE = 28;
const BOX = 20;

/** So many pictures `[count, 28, 28]` and their digits `[count]`. */
export function syntheticDigits(
  count: number,
  purpose: string,
): { images: Idx; labels: Idx } {
  const random = stream(1, purpose);
  const images = new Uint8Array(count * SIDE * SIDE);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const digit = random.below(10);
    labels[i] = digit;
    const picture = images.subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE);
    write(picture, digit, random);
  }
  return {
    images: { shape: [count, SIDE, SIDE], bytes: images },
    labels: { shape: [count], bytes: labels },
  };
}

/**
 * Writes one digit into a picture: a form of it, unsteady, wider or narrower,
 * slanted and turned, fitted into the box and put at the centre of mass, as
 * MNIST's are.
 */
function write(picture: Uint8Array, digit: number, random: Stream): void {
  const forms = FORMS[digit]!;
  const form = forms[random.below(forms.length)]!;
  const width = random.between(0.55, 1);
  const slant = random.between(-0.1, 0.5);
  const turn = random.between(-0.1, 0.1);
  const size = BOX * random.between(0.92, 1);
  const radius = random.between(0.9, 1.75);
  // Half-angle formulas: a rotation without sine and cosine.
  const cosine = (1 - turn * turn) / (1 + turn * turn);
  const sine = 2 * turn / (1 + turn * turn);
  const unsteady = () => random.between(-0.06, 0.06);
  const chains = form.map(({ kind, points }) => {
    const moved = points.map(([px, py]): Point => {
      const y = py + unsteady() - 0.5;
      const x = width * (px + unsteady() - 0.5) - slant * y;
      return [cosine * x - sine * y, sine * x + cosine * y];
    });
    return flatten({ kind, points: moved });
  });
  const [low, high] = bounds(chains);
  const longer = Math.max(high[0] - low[0], high[1] - low[1]);
  const scale = (size - 2 * radius) / longer;
  const mass = centre(chains);
  const place = (axis: 0 | 1) => {
    const margin = radius + 0.5;
    const wanted = SIDE / 2 - scale * mass[axis];
    const least = margin - scale * low[axis];
    const most = SIDE - margin - scale * high[axis];
    return Math.max(least, Math.min(most, wanted));
  };
  const [left, top] = [place(0), place(1)];
  ink(
    picture,
    SIDE,
    chains.map((chain) =>
      chain.map(([x, y]): Point => [left + scale * x, top + scale * y])
    ),
    radius,
  );
}

function bounds(chains: readonly (readonly Point[])[]): [Point, Point] {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const chain of chains) {
    for (const [x, y] of chain) {
      left = Math.min(left, x);
      top = Math.min(top, y);
      right = Math.max(right, x);
      bottom = Math.max(bottom, y);
    }
  }
  return [[left, top], [right, bottom]];
}

/** Where the ink is on average, each piece weighing what it is long. */
function centre(chains: readonly (readonly Point[])[]): Point {
  let [x, y, total] = [0, 0, 0];
  for (const chain of chains) {
    for (let i = 0; i + 1 < chain.length; i++) {
      const [ax, ay] = chain[i]!;
      const [bx, by] = chain[i + 1]!;
      const length = Math.sqrt((bx - ax) * (bx - ax) + (by - ay) * (by - ay));
      x += length * (ax + bx) / 2;
      y += length * (ay + by) / 2;
      total += length;
    }
  }
  return [x / total, y / total];
}
