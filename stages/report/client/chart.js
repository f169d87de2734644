/** The learning curves: zoom, toggles, log or linear, values, other runs laid over. */
import { aligned } from "./aligned.js";
import { bucketed } from "./compared.js";
import { element } from "./picture.js";
import { drawBand, drawMarks, drawNames, nameBand } from "./labels.js";
import { axes, describe, losses } from "./plot.js";
import { onTheme, ramp } from "./theme.js";

const COLOURS = 8;

/**
 * Draws the chart and listens to its controls.
 * @param {{curves: any[], dense: boolean, band: [number, number] | null, scale: "log" | "linear"}} material
 */
export function startChart({ curves, dense, band, scale }) {
  const host = document.getElementById("chart");
  const whole = document.getElementById("zoom-out");
  const readout = document.getElementById("readout");
  const body = document.querySelector("#legend tbody");
  const lines = curves.map((curve, index) => ({
    curve,
    label: curve.label,
    tone: dense ? ramp(curve.place) : `tone-${index}`,
    mark: index,
    overlay: false,
    shown: true,
  }));
  let range = null; // what is zoomed to, in epochs; survives a new plot
  let view = { min: 0, max: 0 }; // the epochs that are drawn
  let plot = null;

  function draw() {
    plot?.destroy();
    const { tables, series, bands } = describe(lines, dense);
    const named = dense ? [] : lines.filter((one) => one.shown && !one.overlay);
    const letters = Math.max(0, ...named.map(({ label }) => label.length));
    // Names that would leave no room for the lines stand in the table alone.
    const room = 16 + 8 * letters <= host.clientWidth / 3
      ? 16 + 8 * letters
      : 0;
    plot = new uPlot(
      {
        width: host.clientWidth,
        height: Math.round(Math.min(460, Math.max(280, innerHeight * 0.5))),
        padding: [null, room || null, null, null],
        legend: { show: false },
        focus: { alpha: 0.2 },
        cursor: {
          drag: { x: true, y: false, setScale: true },
          points: { show: false },
        },
        scales: {
          x: {
            time: false,
            // Asked before y's, when the plot's own scale is not yet set.
            range: (_, min, max) => {
              view = { min, max };
              return [min, max];
            },
          },
          y: {
            distr: scale === "log" ? 3 : 1,
            range: () => losses(lines, view, scale),
          },
        },
        axes: axes(host.clientWidth, scale),
        series,
        bands,
        hooks: {
          drawClear: [(u) => band && drawBand(u, band)],
          draw: [(u) => {
            if (band) nameBand(u, band);
            drawMarks(u, dense ? lines.filter((one) => one.overlay) : lines);
            if (room) drawNames(u, named);
          }],
          setScale: [(u, key) => key === "x" && noteRange(u)],
          setCursor: [tell],
        },
      },
      uPlot.join(tables),
      host,
    );
    if (range) plot.setScale("x", range);
    tell(plot);
  }

  function noteRange(u) {
    const { min, max } = u.scales.x;
    const [first, last] = [u.data[0][0], u.data[0].at(-1)];
    range = min > first || max < last ? { min, max } : null;
    whole.disabled = range === null;
  }

  function zoom(factor) {
    const { min, max } = plot.scales.x;
    const [first, last] = [plot.data[0][0], plot.data[0].at(-1)];
    const at = plot.cursor.idx ?? null;
    const middle = at === null ? (min + max) / 2 : plot.data[0][at];
    const half = (max - min) * factor / 2;
    plot.setScale("x", {
      min: Math.max(first, middle - half),
      max: Math.min(last, middle + half),
    });
  }

  const reset = () =>
    plot.setScale("x", { min: plot.data[0][0], max: plot.data[0].at(-1) });

  /** Writes the values at the cursor, or the last ones, into the table. */
  function tell(u) {
    const at = u.cursor.left >= 0 ? u.cursor.idx : null;
    const x = at === null || at === undefined ? Infinity : u.data[0][at];
    readout.textContent = x === Infinity
      ? "Values at the end; point at the chart for others."
      : `Values at epoch ${
        x.toFixed(2)
      }, or the nearest before it that was measured.`;
    const values = lines.map(({ curve: { steps, epochs } }) => [
      latest(steps.x, steps.mean, x),
      latest(epochs.x, epochs.train, x),
      latest(epochs.x, epochs.validation, x),
    ]);
    for (const column of [0, 1, 2]) {
      const texts = aligned(values.map((row) => row[column] ?? "–"));
      lines.forEach((line, row) => line.cells[column].textContent = texts[row]);
    }
  }

  function addRow(line) {
    const box = document.createElement("input");
    box.type = "checkbox";
    box.checked = line.shown;
    box.addEventListener("change", () => {
      line.shown = box.checked;
      draw();
    });
    const name = element(
      "label",
      "",
      box,
      swatch(line),
      line.label,
    );
    const head = element("th", "", name);
    head.scope = "row";
    line.cells = [0, 1, 2].map(() => element("td", "number"));
    const row = element("tr", "", head, ...line.cells);
    if (dense && !line.overlay) {
      const place = 1 + lines.indexOf(line); // the first series is that of x
      const bring = () => plot.setSeries(place, { focus: true });
      const leave = () => plot.setSeries(null, { focus: true });
      row.addEventListener("pointerenter", bring);
      row.addEventListener("pointerleave", leave);
      row.addEventListener("focusin", bring);
      row.addEventListener("focusout", leave);
    }
    body.append(row);
  }

  function add(curve, label) {
    const line = {
      curve,
      label,
      tone: `tone-${lines.length % COLOURS}`,
      mark: lines.length,
      overlay: true,
      shown: true,
    };
    lines.push(line);
    addRow(line);
    draw();
  }

  function setScale(chosen) {
    scale = chosen;
    for (const kind of ["log", "linear"]) {
      document.getElementById(`scale-${kind}`)
        .setAttribute("aria-pressed", String(kind === chosen));
    }
    draw();
  }

  lines.forEach(addRow);
  for (const kind of ["log", "linear"]) {
    document.getElementById(`scale-${kind}`)
      .addEventListener("click", () => setScale(kind));
  }
  whole.addEventListener("click", reset);
  document.getElementById("zoom-in")
    .addEventListener("click", () => zoom(0.5));
  host.addEventListener("keydown", (event) => {
    const keys = {
      ArrowRight: () => move(1),
      ArrowLeft: () => move(-1),
      "+": () => zoom(0.5),
      "-": () => zoom(2),
      0: reset,
    };
    if (!keys[event.key] || event.ctrlKey || event.metaKey) return;
    keys[event.key]();
    event.preventDefault();
  });
  function move(by) {
    const last = plot.data[0].length - 1;
    const from = plot.cursor.idx ?? (by > 0 ? -1 : last + 1);
    const to = Math.min(last, Math.max(0, from + by));
    const left = plot.valToPos(plot.data[0][to], "x");
    plot.setCursor({ left, top: plot.bbox.height / devicePixelRatio / 2 });
  }
  new ResizeObserver(() => {
    if (plot && plot.width !== host.clientWidth) draw();
  }).observe(host);
  onTheme(draw);
  setScale(scale);

  return {
    /** Lays the curve of another run over these. */
    addCurve({ name, content }) {
      add(bucketed(content), `${content.learning_rate} (${name})`);
    },
    /** Lays the losses of another run's epochs over these. */
    addMetrics({ name, content }) {
      for (const [model, { epochs }] of Object.entries(content.models)) {
        add(bucketed({ steps: [], epochs }), `${model} (${name})`);
      }
    },
    complain: (message) => readout.textContent = message,
    state: () => ({
      x: { min: plot.scales.x.min, max: plot.scales.x.max },
      y: { min: plot.scales.y.min, max: plot.scales.y.max },
      scale,
      shown: lines.filter((line) => line.shown).map((line) => line.label),
    }),
  };
}

/** A piece of the line. */
function swatch({ tone }) {
  const piece = element("span", "swatch");
  if (tone.startsWith("tone-")) piece.classList.add(tone);
  else piece.style.color = tone;
  return piece;
}

/** The last value at or before x, as a text. */
function latest(xs, values, x) {
  const at = xs.findLastIndex((one) => one <= x);
  return at < 0 ? undefined : values[at].toPrecision(4);
}
