/**
 * A drawing brought into the form of MNIST's digits, which are as large as a box of
 * 20×20 in an image of 28×28, their centre of mass in the middle.
 */

/** The side of the box, as a part of the image's smaller side. */
const BOX = 20 / 28;
/** What is fainter than this is no part of the stroke. */
const FAINT = 0.1;
/** Samples along a side of a pixel: enough to shrink without holes. */
const SAMPLES = 4;

/**
 * The image, scaled and moved; one without a stroke is given back as it is.
 * @param {Float32Array} image grey values of 0…1
 * @param {{width: number, height: number}} size
 * @returns {Float32Array}
 */
export function fitted(image, { width, height }) {
  let [mass, x, y] = [0, 0, 0];
  let [left, right, top, bottom] = [width, 0, height, 0];
  for (let at = 0; at < image.length; at++) {
    const [column, row] = [at % width, Math.floor(at / width)];
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
  const box = BOX * Math.min(width, height);
  const scale = box / Math.max(right - left, bottom - top);
  const grey = (c, r) =>
    c < 0 || r < 0 || c >= width || r >= height ? 0 : image[r * width + c];
  const result = new Float32Array(image.length);
  for (let at = 0; at < image.length; at++) {
    let sum = 0;
    for (let sample = 0; sample < SAMPLES * SAMPLES; sample++) {
      const [dx, dy] = [sample % SAMPLES, Math.floor(sample / SAMPLES)];
      const across = at % width + (dx + 0.5) / SAMPLES - width / 2;
      const down = Math.floor(at / width) + (dy + 0.5) / SAMPLES - height / 2;
      sum += between(grey, across / scale + x / mass, down / scale + y / mass);
    }
    result[at] = sum / (SAMPLES * SAMPLES);
  }
  return result;
}

/** The grey at a place between the middles of four pixels; black outside. */
function between(grey, x, y) {
  const [column, row] = [Math.floor(x - 0.5), Math.floor(y - 0.5)];
  const [right, down] = [x - 0.5 - column, y - 0.5 - row];
  return (1 - down) *
      ((1 - right) * grey(column, row) + right * grey(column + 1, row)) +
    down *
      ((1 - right) * grey(column, row + 1) +
        right * grey(column + 1, row + 1));
}
