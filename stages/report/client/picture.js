/** Grey pictures: from base64, onto a canvas, and how far two are apart. */

/** @param {string} text @returns {Uint8Array} */
export function bytesOf(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** The n-th image of a row of them, each of so many pixels, as grey values of 0…1. */
export function greyOf(bytes, index, pixels) {
  const image = bytes.subarray(index * pixels, (index + 1) * pixels);
  return Float32Array.from(image, (value) => value / 255);
}

/** White for 1. */
const grey = (value) => [255 * value, 255 * value, 255 * value];

/** Viridis in five steps: dark for 0, yellow for 1. */
const SCALE = [
  [68, 1, 84],
  [59, 82, 139],
  [33, 145, 140],
  [94, 201, 98],
  [253, 231, 37],
];

/** A colour for a value from 0 to 1. */
export function scaled(value) {
  const at = value * (SCALE.length - 1);
  const from = Math.min(SCALE.length - 2, Math.floor(at));
  return SCALE[from].map((low, channel) =>
    low + (at - from) * (SCALE[from + 1][channel] - low)
  );
}

/** Paints values of 0…1 that lie row by row; the canvas has as many pixels. */
export function paint(canvas, values, colourOf = grey) {
  const context = canvas.getContext("2d");
  const image = context.createImageData(canvas.width, canvas.height);
  for (let i = 0; i < values.length; i++) {
    const colours = colourOf(Math.min(1, Math.max(0, values[i])));
    colours.forEach((part, channel) =>
      image.data[4 * i + channel] = Math.round(part)
    );
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

/** Mean squared error. */
export function errorOf(one, other) {
  let sum = 0;
  for (let i = 0; i < one.length; i++) sum += (one[i] - other[i]) ** 2;
  return sum / one.length;
}

/** A canvas of so many pixels that says what it shows. */
export function canvasOf({ width, height }, label) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", label);
  return canvas;
}

/** An element with a class, and what stands in it. */
export function element(tag, name, ...content) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  made.append(...content);
  return made;
}
