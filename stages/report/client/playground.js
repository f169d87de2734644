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
  PIXELS,
  SIDE,
} from "./picture.js";

/** Half the width of a stroke, in pixels of the image: about MNIST's. */
const PEN = 1.25;

/** Brings the figure to life. `onSeed` is told when another seed is chosen. */
export function startStudio({ layers, networks, digits, originals }, onSeed) {
  const pad = document.getElementById("pad");
  const slider = document.getElementById("noise");
  const status = document.getElementById("living-status");
  const seeds = document.getElementById("seed");
  const host = document.getElementById("outputs");
  const examples = bytesOf(originals);
  const ready = new Map(networks.map(({ name, weights }) => [
    name,
    assemble(layers, new Float32Array(bytesOf(weights).buffer)),
  ]));
  const grain = noise(PIXELS);
  let image = new Float32Array(PIXELS);
  let shown = [];
  let pen = null;
  let waiting = false;

  function build(seed) {
    shown = networks.filter((one) => one.seed === seed).map((network) => {
      const about = `learning rate ${network.learningRate}`;
      const picture = canvasOf(SIDE, SIDE, `Reconstruction, ${about}`);
      picture.classList.add("picture");
      const code = canvasOf(15, 7, `Code, ${about}: two maps of 7 by 7`);
      code.classList.add("code");
      const error = element("p", "error");
      const card = element(
        "div",
        "card",
        element("p", "rate", `Learning rate ${network.learningRate}`),
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
      const result = reconstruct(ready.get(network.name), seen);
      paint(picture, result.output);
      paintCode(code, result.code);
      error.textContent = `MSE ${errorOf(image, result.output).toFixed(4)}`;
    }
    const black = errorOf(image, new Float32Array(PIXELS));
    status.textContent = black === 0
      ? "The image is empty."
      : `Black: ${black.toFixed(4)}`;
  }

  function take(place) {
    image = greyOf(examples, place);
    look();
  }

  function position(event) {
    const box = pad.getBoundingClientRect();
    return [
      (event.clientX - box.left) / box.width * SIDE,
      (event.clientY - box.top) / box.height * SIDE,
    ];
  }

  pad.addEventListener("pointerdown", (event) => {
    pad.setPointerCapture(event.pointerId);
    status.ariaBusy = "true"; // read aloud at the end of a stroke, not all along
    pen = position(event);
    stroke(image, pen, pen);
    lookSoon();
    event.preventDefault();
  });
  pad.addEventListener("pointermove", (event) => {
    if (!pen) return;
    const next = position(event);
    stroke(image, pen, next);
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
    image = new Float32Array(PIXELS);
    look();
  });
  document.getElementById("fit").addEventListener("click", () => {
    image = fitted(image);
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
    /** The output of a network for 784 grey values. */
    reconstruct: (name, grey) =>
      reconstruct(ready.get(name), Float32Array.from(grey)).output,
  };
}

/** Draws a line with soft edges into the image. */
function stroke(image, [x0, y0], [x1, y1]) {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const length = dx * dx + dy * dy;
  for (let at = 0; at < PIXELS; at++) {
    const [x, y] = [at % SIDE + 0.5, Math.floor(at / SIDE) + 0.5];
    const along = length === 0
      ? 0
      : Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / length));
    const away = Math.hypot(x - x0 - along * dx, y - y0 - along * dy);
    const grey = Math.min(1, Math.max(0, PEN + 0.5 - away));
    if (grey > image[at]) image[at] = grey;
  }
}

/** Both maps side by side, as bright as the code's greatest value. */
function paintCode(canvas, { rows, columns, channels, values }) {
  const greatest = Math.max(1e-9, ...values);
  const grey = new Float32Array(canvas.width * canvas.height);
  for (let y = 0; y < Math.min(rows, canvas.height); y++) {
    for (let c = 0; c < Math.min(channels, 2); c++) {
      for (let x = 0; x < Math.min(columns, 7); x++) {
        grey[y * canvas.width + c * 8 + x] =
          values[(y * columns + x) * channels + c] / greatest;
      }
    }
  }
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
