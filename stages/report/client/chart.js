/** The learning curves: zoom, toggles, log or linear, values, other runs laid over. */
import { colour, onTheme, veil } from "./theme.js";
import { element } from "./picture.js";

const OVERLAYS = 400;
const COLOURS = 6;

/**
 * Draws the chart and listens to its controls.
 * @param {{curves: any[], band: [number, number] | null, scale: "log" | "linear"}} material
 */
export function startChart({ curves, band, scale }) {
  const host = document.getElementById("chart");
  const whole = document.getElementById("zoom-out");
  const readout = document.getElementById("readout");
  const body = document.querySelector("#legend tbody");
  const lines = curves.map((curve, index) => ({
    curve,
    label: String(curve.learningRate),
    tone: `tone-${index % COLOURS}`,
    overlay: false,
    shown: true,
  }));
  let range = null; // what is zoomed to, in epochs; survives a new plot
  let view = { min: 0, max: 0 }; // the epochs that are drawn
  let plot = null;

  function draw() {
    plot?.destroy();
    const { tables, series, bands } = describe(lines);
    plot = new uPlot(
      {
        width: host.clientWidth,
        height: Math.round(Math.min(460, Math.max(280, innerHeight * 0.5))),
        legend: { show: false },
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
          drawClear: [(u) => drawBand(u, band)],
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
    for (const line of lines) {
      const { steps, epochs } = line.curve;
      const values = [
        latest(steps.x, steps.mean, x),
        latest(epochs.x, epochs.train, x),
        latest(epochs.x, epochs.validation, x),
      ];
      values.forEach((value, place) =>
        line.cells[place].textContent = value === undefined
          ? "–"
          : value.toPrecision(4)
      );
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
      element("span", `swatch ${line.tone}`),
      line.label,
    );
    const head = element("th", "", name);
    head.scope = "row";
    line.cells = [0, 1, 2].map(() => element("td", "number"));
    body.append(element("tr", "", head, ...line.cells));
  }

  function add(curve, label) {
    const line = {
      curve,
      label,
      tone: `tone-${lines.length % COLOURS}`,
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

/**
 * The range of the losses between two epochs: of all validation losses, and of
 * the steps but for the greatest hundredth, for one bad batch would press
 * everything else flat.
 */
function losses(lines, { min, max }, scale) {
  const within = (xs, values) =>
    values.filter((_, i) => xs[i] >= min && xs[i] <= max);
  const shown = lines.filter((line) => line.shown).map((line) => line.curve);
  const low = shown.flatMap(({ steps, epochs }) => [
    ...within(steps.x, steps.low),
    ...within(epochs.x, epochs.low),
  ]);
  const usual = shown.flatMap(({ steps }) => {
    const high = within(steps.x, steps.high).sort((a, b) => a - b);
    return high.slice(0, Math.ceil(high.length * 0.99));
  });
  const high = shown.flatMap(({ epochs }) => within(epochs.x, epochs.high));
  const bottom = low.reduce((a, b) => Math.min(a, b), Infinity);
  const top = [...usual, ...high].reduce((a, b) => Math.max(a, b), -Infinity);
  if (!(top > 0)) return [0.01, 1];
  if (scale === "linear") return [0, top * 1.05];
  return [Math.max(bottom, top / 1e6) / 1.12, top * 1.25];
}

/** The chart's tables and series; lines that are not shown keep their place. */
function describe(lines) {
  const tables = [];
  const series = [{}];
  const bands = [];
  const add = (values, look) =>
    series.push({ spanGaps: true, ...look }) &&
    values;
  const none = { points: { show: false } };
  for (
    const { curve: { steps, epochs, seeds }, tone, overlay, shown } of lines
  ) {
    const stroke = colour(tone);
    const edge = { show: shown, stroke: "transparent", width: 0, ...none };
    bands.push({
      series: [series.length + 1, series.length],
      fill: veil(tone, 0.16),
    });
    tables.push([
      steps.x,
      add(steps.low, edge),
      add(steps.high, edge),
      add(steps.mean, {
        show: shown,
        stroke: veil(tone, 0.75),
        width: 1,
        ...none,
      }),
    ]);
    if (seeds.length > 1) {
      bands.push({
        series: [series.length + 1, series.length],
        fill: veil(tone, 0.3),
      });
      tables.push([
        epochs.x,
        add(epochs.low, edge),
        add(epochs.high, edge),
      ]);
    }
    tables.push([
      epochs.x,
      add(epochs.train, {
        show: shown,
        stroke,
        width: 1.5,
        dash: [5, 4],
        ...none,
      }),
      add(epochs.validation, {
        show: shown,
        stroke,
        width: 2.5,
        dash: overlay ? [10, 4] : [],
        points: {
          show: true,
          size: 7,
          fill: overlay ? colour("paper") : stroke,
          stroke,
        },
      }),
    ]);
  }
  return { tables, series, bands };
}

function axes(width, scale) {
  const common = {
    stroke: colour("muted"),
    grid: { stroke: colour("rule"), width: 1 },
    ticks: { stroke: colour("rule"), width: 1, size: 5 },
    font: "13px system-ui, sans-serif",
    labelFont: "13px system-ui, sans-serif",
    labelSize: 22,
  };
  return [
    { ...common, label: "epoch", size: 34 },
    {
      ...common,
      label: width < 480 ? undefined : "mean squared error",
      size: 56,
      values: (_, splits) =>
        splits.map((value) =>
          value === null ? "" : String(+value.toPrecision(6))
        ),
      ...(scale === "log" && {
        // All powers of ten, and 2 and 5 times them where there is room.
        filter: (u, splits) => {
          const wide = Math.log10(u.scales.y.max / u.scales.y.min) > 2.5;
          return splits.map((value) =>
            /^[1]0*(e.*)?$/.test(digitsOf(value)) ||
              (!wide && /^[25]$/.test(digitsOf(value)))
              ? value
              : null
          );
        },
      }),
    },
  ];
}

/** The digits of a number without its zeros. */
function digitsOf(value) {
  return value.toExponential(3).replace(/\.?0*e.*$/, "");
}

/** Shades where the paper sees the loss that does not fall. */
function drawBand(u, band) {
  if (!band) return;
  const [top, bottom] = [band[1], band[0]].map((loss) =>
    u.valToPos(loss, "y", true)
  );
  const { left, width, top: y, height } = u.bbox;
  const from = Math.max(y, top);
  const to = Math.min(y + height, bottom);
  if (!(to > from)) return;
  u.ctx.save();
  u.ctx.fillStyle = veil("muted", 0.22);
  u.ctx.fillRect(left, from, width, to - from);
  u.ctx.restore();
}

/** The last value at or before x. */
function latest(xs, values, x) {
  let found;
  for (let i = 0; i < xs.length && xs[i] <= x; i++) found = values[i];
  return found;
}

/** Another run's file in the form of this page's own curves. */
export function bucketed({ steps, epochs }) {
  const count = Math.min(steps.length, OVERLAYS);
  const buckets = Array.from({ length: count }, (_, bucket) => {
    const from = Math.floor(bucket * steps.length / count);
    const to = Math.floor((bucket + 1) * steps.length / count);
    const losses = steps.slice(from, to);
    return {
      x: (from + to) / 2 * epochs.length / steps.length,
      low: Math.min(...losses),
      mean: losses.reduce((sum, loss) => sum + loss, 0) / losses.length,
      high: Math.max(...losses),
    };
  });
  const column = (name) => buckets.map((bucket) => bucket[name]);
  const validation = epochs.map((epoch) => epoch.validation_loss);
  return {
    seeds: [],
    steps: {
      x: column("x"),
      low: column("low"),
      mean: column("mean"),
      high: column("high"),
    },
    epochs: {
      x: epochs.map((epoch) => epoch.epoch),
      train: epochs.map((epoch) => epoch.train_loss),
      validation,
      low: validation,
      high: validation,
    },
  };
}
