/** The shown test images under a wipe from the original to the reconstruction. */
import {
  bytesOf,
  canvasOf,
  element,
  errorOf,
  greyOf,
  paint,
  SIDE,
} from "./picture.js";

/** Fills the figure; gives a function that shows the networks of another seed. */
export function startTiles({ digits, originals, networks }) {
  const host = document.getElementById("tiles");
  const slider = document.getElementById("wipe");
  const value = document.getElementById("wipe-value");
  const pixels = bytesOf(originals);
  let tiles = [];

  function row(title, ...content) {
    const line = element("div", "row", element("p", "rate", title));
    line.append(element("div", "strip", ...content));
    host.append(line);
  }

  function show(seed) {
    host.replaceChildren();
    tiles = [];
    row(
      "Original",
      ...digits.map(({ label, index }, place) => {
        const canvas = canvasOf(SIDE, SIDE, `Test image ${index}, a ${label}`);
        paint(canvas, greyOf(pixels, place));
        return element("div", "tile", canvas);
      }),
    );
    for (const network of networks.filter((one) => one.seed === seed)) {
      const outputs = bytesOf(network.outputs);
      row(
        `Learning rate ${network.learningRate}`,
        ...digits.map(({ label }, place) =>
          tile(network, label, greyOf(pixels, place), greyOf(outputs, place))
        ),
      );
    }
    wipe();
  }

  function tile({ learningRate }, label, original, output) {
    const mse = errorOf(original, output).toFixed(4);
    const canvas = canvasOf(
      SIDE,
      SIDE,
      `The ${label} at learning rate ${learningRate}, mean squared error ${mse}`,
    );
    const drawn = { canvas, original, output };
    canvas.addEventListener("pointerenter", () => paint(canvas, original));
    canvas.addEventListener("pointerleave", () => mix(drawn));
    tiles.push(drawn);
    return element("div", "tile", canvas, element("span", "mse", mse));
  }

  function mix({ canvas, original, output }) {
    const edge = Math.round(Number(slider.value) / 100 * SIDE);
    paint(
      canvas,
      original.map((grey, at) => at % SIDE < edge ? output[at] : grey),
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
