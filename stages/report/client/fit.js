/**
 * A drawing brought into the form of MNIST's digits: as large as a box of 20×20,
 * its centre of mass in the middle of the image.
 */
import { PIXELS, SIDE } from "./picture.js";

const BOX = 20;
/** What is fainter than this is no part of the stroke. */
const FAINT = 0.1;
/** Samples along a side of a pixel: enough to shrink without holes. */
const SAMPLES = 4;

/**
 * The image, scaled and moved; one without a stroke is given back as it is.
 * @param {Float32Array} image grey values of 0…1
 * @returns {Float32Array}
 */
export function fitted(image) {
  let [mass, x, y] = [0, 0, 0];
  let [left, right, top, bottom] = [SIDE, 0, SIDE, 0];
  for (let at = 0; at < PIXELS; at++) {
    const [column, row] = [at % SIDE, Math.floor(at / SIDE)];
    mass += image[at];
    x += image[at] * (column + 0.5);
    y += image[at] * (row + 0.5);
    if (image[at] < FAINT) continue;
    left = Math.min(left, column);
    right = Math.max(right, column + 1);
    top = Math.min(top, row);
    bottom = Math.max(bottom, row + 1);
  }
  if (right <= left) return image;
  const scale = BOX / Math.max(right - left, bottom - top);
  const from = (position, centre) => (position - SIDE / 2) / scale + centre;
  const result = new Float32Array(PIXELS);
  for (let at = 0; at < PIXELS; at++) {
    let sum = 0;
    for (let sample = 0; sample < SAMPLES * SAMPLES; sample++) {
      const [dx, dy] = [sample % SAMPLES, Math.floor(sample / SAMPLES)];
      sum += between(
        image,
        from(at % SIDE + (dx + 0.5) / SAMPLES, x / mass),
        from(Math.floor(at / SIDE) + (dy + 0.5) / SAMPLES, y / mass),
      );
    }
    result[at] = sum / (SAMPLES * SAMPLES);
  }
  return result;
}

/** The grey at a place between the middles of four pixels; black outside. */
function between(image, x, y) {
  const [column, row] = [Math.floor(x - 0.5), Math.floor(y - 0.5)];
  const [right, down] = [x - 0.5 - column, y - 0.5 - row];
  const grey = (c, r) =>
    c < 0 || r < 0 || c >= SIDE || r >= SIDE ? 0 : image[r * SIDE + c];
  return (1 - down) *
      ((1 - right) * grey(column, row) + right * grey(column + 1, row)) +
    down *
      ((1 - right) * grey(column, row + 1) +
        right * grey(column + 1, row + 1));
}
