/**
 * The shown test images under a wipe from the original to the reconstruction, and
 * how far each is off.
 */
import {
  bytesOf,
  canvasOf,
  element,
  errorOf,
  greyOf,
  paint,
  scaled,
} from "./picture.js";

/** The difference at which the colours end: that of the figures. */
const MOST = 0.5;

/** Fills the figure; gives a function that shows the networks of another seed. */
export function startTiles({ digits, originals, networks, size }) {
  const host = document.getElementById("tiles");
  const slider = document.getElementById("wipe");
  const value = document.getElementById("wipe-value");
  const count = size.width * size.height;
  const pictures = (text) => {
    const bytes = bytesOf(text);
    return digits.map((_, place) => greyOf(bytes, place, count));
  };
  const images = pictures(originals);
  let tiles = [];

  function row(name, title, content) {
    const line = element("div", name, element("p", "rate", title));
    line.append(element("div", "strip", ...content));
    host.append(line);
  }

  function show(seed) {
    host.replaceChildren();
    tiles = [];
    row(
      "row",
      "Original",
      digits.map(({ label, index }, place) => {
        const canvas = canvasOf(size, `Test image ${index}, a ${label}`);
        paint(canvas, images[place]);
        return element("div", "tile", canvas);
      }),
    );
    for (const network of networks.filter((one) => one.seed === seed)) {
      const outputs = pictures(network.outputs);
      const about = (place) => `${digits[place].label}, ${network.about}`;
      row(
        "row",
        network.head,
        outputs.map((output, place) => tile(about(place), place, output)),
      );
      row(
        "row errors",
        "Error",
        outputs.map((output, place) => {
          const canvas = canvasOf(size, `Error of the ${about(place)}`);
          const original = images[place];
          paint(
            canvas,
            output.map((grey, at) => Math.abs(grey - original[at]) / MOST),
            scaled,
          );
          return element("div", "tile", canvas);
        }),
      );
    }
    wipe();
  }

  function tile(about, place, output) {
    const original = images[place];
    const mse = errorOf(original, output).toFixed(4);
    const canvas = canvasOf(size, `The ${about}, mean squared error ${mse}`);
    const drawn = { canvas, original, output };
    canvas.addEventListener("pointerenter", () => paint(canvas, original));
    canvas.addEventListener("pointerleave", () => mix(drawn));
    tiles.push(drawn);
    return element("div", "tile", canvas, element("span", "mse", mse));
  }

  function mix({ canvas, original, output }) {
    const edge = Math.round(Number(slider.value) / 100 * size.width);
    paint(
      canvas,
      original.map((grey, at) => at % size.width < edge ? output[at] : grey),
    );
  }

  function wipe() {
    value.textContent = `${slider.value} %`;
    tiles.forEach(mix);
  }

  slider.addEventListener("input", wipe);
  show(networks[0]?.seed);
  return show;
}
