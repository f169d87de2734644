/** Grey pictures: from base64, onto a canvas, and how far two are apart. */

/** Pixels along a side of an image, and in all of it. */
export const SIDE = 28;
export const PIXELS = SIDE * SIDE;

/** @param {string} text @returns {Uint8Array} */
export function bytesOf(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** The n-th image of a row of them, as grey values of 0…1. */
export function greyOf(bytes, index) {
  const image = bytes.subarray(index * PIXELS, (index + 1) * PIXELS);
  return Float32Array.from(image, (value) => value / 255);
}

/** Paints grey values of 0…1 that lie row by row; the canvas has as many pixels. */
export function paint(canvas, values) {
  const context = canvas.getContext("2d");
  const image = context.createImageData(canvas.width, canvas.height);
  for (let i = 0; i < values.length; i++) {
    const grey = Math.round(255 * Math.min(1, Math.max(0, values[i])));
    image.data.fill(grey, 4 * i, 4 * i + 3);
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
export function canvasOf(width, height, label) {
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
