/** The living figure: what the reader draws, and what the networks make of it. */
import { fitted } from "./fit.js";
import { assemble, reconstruct } from "./forward.js";
import {
  bytesOf,
  canvasOf,
  element,
  errorOf,
  greyOf,
  paint,
} from "./picture.js";

/** Half the width of a stroke, as a part of the image's width: about MNIST's. */
const PEN = 1.25 / 28;

/** Brings the figure to life. `onSeed` is told when another seed is chosen. */
export function startStudio(
  { architectures, networks, digits, originals, size },
  onSeed,
) {
  const pixels = size.width * size.height;
  const pad = document.getElementById("pad");
  const slider = document.getElementById("noise");
  const status = document.getElementById("living-status");
  const seeds = document.getElementById("seed");
  const host = document.getElementById("outputs");
  const examples = bytesOf(originals);
  const ready = new Map(networks.map(({ name, weights, architecture }) => {
    const { chain, depth } = architectures[architecture];
    const layers = assemble(chain, new Float32Array(bytesOf(weights).buffer));
    const run = (values) =>
      reconstruct(layers, { ...chain.input, values }, depth);
    return [name, run];
  }));
  const run = (name, values) => ready.get(name)(values);
  const grain = noise(pixels);
  let image = new Float32Array(pixels);
  let shown = [];
  let pen = null;
  let waiting = false;

  function build(seed) {
    shown = networks.filter((one) => one.seed === seed).map((network) => {
      const { about } = network;
      const picture = canvasOf(size, `Reconstruction, ${about}`);
      picture.classList.add("picture");
      const maps = run(network.name, image).code;
      const code = canvasOf(
        sheet(maps),
        `Code, ${about}: ${maps.channels} of ${maps.height} by ${maps.width}`,
      );
      code.classList.add("code");
      const error = element("p", "error");
      const card = element(
        "div",
        "card",
        element("p", "rate", network.head),
        picture,
        code,
        error,
      );
      card.dataset.network = network.name;
      return { network, picture, code, error, card };
    });
    host.replaceChildren(...shown.map(({ card }) => card));
    look();
  }

  /** At most once a frame, however fast the pen is. */
  function lookSoon() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      look();
    });
  }

  function look() {
    const level = Number(slider.value);
    const seen = image.map((grey, at) =>
      Math.min(1, Math.max(0, grey + level * grain[at]))
    );
    paint(pad, seen);
    for (const { network, picture, code, error } of shown) {
      const result = run(network.name, seen);
      paint(picture, result.output);
      paintCode(code, result.code);
      error.textContent = `MSE ${errorOf(image, result.output).toFixed(4)}`;
    }
    const black = errorOf(image, new Float32Array(pixels));
    status.textContent = black === 0
      ? "The image is empty."
      : `Black: ${black.toFixed(4)}`;
  }

  function take(place) {
    image = greyOf(examples, place, pixels);
    look();
  }

  function position(event) {
    const box = pad.getBoundingClientRect();
    return [
      (event.clientX - box.left) / box.width * size.width,
      (event.clientY - box.top) / box.height * size.height,
    ];
  }

  pad.addEventListener("pointerdown", (event) => {
    pad.setPointerCapture(event.pointerId);
    status.ariaBusy = "true"; // read aloud at the end of a stroke, not all along
    pen = position(event);
    stroke(image, size, pen, pen);
    lookSoon();
    event.preventDefault();
  });
  pad.addEventListener("pointermove", (event) => {
    if (!pen) return;
    const next = position(event);
    stroke(image, size, pen, next);
    pen = next;
    lookSoon();
  });
  for (const end of ["pointerup", "pointercancel"]) {
    pad.addEventListener(end, () => {
      pen = null;
      status.ariaBusy = "false";
    });
  }
  document.getElementById("clear").addEventListener("click", () => {
    image = new Float32Array(pixels);
    look();
  });
  document.getElementById("fit").addEventListener("click", () => {
    image = fitted(image, size);
    look();
  });
  slider.addEventListener("input", () => {
    document.getElementById("noise-value").textContent = slider.value;
    look();
  });
  for (const button of document.querySelectorAll("[data-digit]")) {
    button.addEventListener(
      "click",
      () => take(Number(button.dataset.digit)),
    );
  }
  seeds?.addEventListener("change", () => {
    build(Number(seeds.value));
    onSeed(Number(seeds.value));
  });
  build(networks[0]?.seed);
  if (digits.length > 0) take(Math.min(3, digits.length - 1));

  return {
    /** The output of a network for the grey values of an image. */
    reconstruct: (name, grey) => run(name, Float32Array.from(grey)).output,
  };
}

/** Draws a line with soft edges into the image. */
function stroke(image, { width }, [x0, y0], [x1, y1]) {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const length = dx * dx + dy * dy;
  for (let at = 0; at < image.length; at++) {
    const [x, y] = [at % width + 0.5, Math.floor(at / width) + 0.5];
    const along = length === 0
      ? 0
      : Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / length));
    const away = Math.hypot(x - x0 - along * dx, y - y0 - along * dy);
    const grey = Math.min(1, Math.max(0, PEN * width + 0.5 - away));
    if (grey > image[at]) image[at] = grey;
  }
}

/** So many maps side by side that the sheet is about as wide as high; two in a row. */
function columnsOf({ channels }) {
  return channels < 4 ? channels : Math.ceil(Math.sqrt(channels));
}

/** The size of a sheet of maps, a pixel between two. */
function sheet({ channels, width, height }) {
  const columns = columnsOf({ channels });
  const rows = Math.ceil(channels / columns);
  return {
    width: columns * (width + 1) - 1,
    height: rows * (height + 1) - 1,
  };
}

/** All maps on one sheet, as bright as the code's greatest value. */
function paintCode(canvas, { height, width, channels, values }) {
  const columns = columnsOf({ channels });
  const greatest = values.reduce((a, b) => Math.max(a, b), 1e-9);
  const grey = new Float32Array(canvas.width * canvas.height);
  values.forEach((value, at) => {
    const channel = at % channels;
    const pixel = Math.floor(at / channels);
    const x = channel % columns * (width + 1) + pixel % width;
    const y = Math.floor(channel / columns) * (height + 1) +
      Math.floor(pixel / width);
    grey[y * canvas.width + x] = value / greatest;
  });
  paint(canvas, grey);
}

/** The same noise at every visit: about normal, from twelve uniform numbers each. */
function noise(count) {
  let state = 1;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return Float32Array.from({ length: count }, () => {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += uniform();
    return sum;
  });
}
