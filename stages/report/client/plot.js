/** What the plot is made of: tables, series, bands, axes, and the range of the losses. */
import { middles } from "./compared.js";
import { colour, veil } from "./theme.js";

/**
 * The range of the losses between two epochs: of all validation losses, and of
 * the steps but for the greatest hundredth, for one bad batch would press
 * everything else flat.
 */
export function losses(lines, { min, max }, scale) {
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

/**
 * The chart's tables and series; lines that are not shown keep their place. Of many
 * lines there is the validation loss alone.
 */
export function describe(lines, dense) {
  const parts = lines.map((line) =>
    dense && !line.overlay ? [validationOf(line, 1.5)] : partsOf(line)
  ).flat();
  const bands = [];
  let count = 1; // the first series is that of x
  for (const { columns, fill } of parts) {
    if (fill) bands.push({ series: [count + 1, count], fill });
    count += columns.length;
  }
  return {
    tables: parts.map(({ x, columns }) => [
      x,
      ...columns.map(({ values }) => values),
    ]),
    series: [{}, ...parts.flatMap(({ columns }) => columns.map(seriesOf))],
    bands,
  };
}

function seriesOf({ values: _, ...look }) {
  return { spanGaps: true, points: { show: false }, ...look };
}

/** A line's bands, means of steps and of epochs, and its validation loss above all. */
function partsOf(line) {
  const { curve: { steps, epochs, seeds }, tone, shown: show } = line;
  const edge = (values) => ({ values, show, stroke: "transparent", width: 0 });
  const band = (x, { low, high }, opacity) => ({
    x,
    columns: [edge(low), edge(high)],
    fill: veil(tone, opacity),
  });
  const mean = (x, values, look) => ({
    x,
    columns: [{ values, show, ...look }],
  });
  return [
    band(steps.x, steps, 0.16),
    mean(steps.x, steps.mean, { stroke: veil(tone, 0.75), width: 1 }),
    ...(seeds.length > 1 ? [band(epochs.x, epochs, 0.3)] : []),
    mean(middles(epochs), epochs.train, {
      stroke: colour(tone),
      width: 1.5,
      dash: [5, 4],
    }),
    validationOf(line, 2.5),
  ];
}

function validationOf({ curve: { epochs }, tone, overlay, shown }, width) {
  return {
    x: epochs.x,
    columns: [{
      values: epochs.validation,
      show: shown,
      stroke: colour(tone),
      width,
      dash: overlay ? [10, 4] : [],
    }],
  };
}

/** Epochs below, losses at the left. */
export function axes(width, scale) {
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
          value !== 0 && (value < 1e-4 || value >= 1e5)
            ? value.toExponential()
            : String(+value.toPrecision(6))
        ),
      // Not uPlot's own: from some ranges they have no end.
      ...(scale === "log" && {
        splits: (_, __, min, max) => powers(min, max),
      }),
    },
  ];
}

/** 1, 2 and 5 times powers of ten, or these alone where there are many; read from text, so exact. */
function powers(min, max) {
  const first = Math.floor(Math.log10(min));
  const count = Math.ceil(Math.log10(max)) - first + 1;
  const digits = count > 4 ? [1] : [1, 2, 5];
  return Array.from({ length: count }, (_, n) => n + first)
    .flatMap((power) => digits.map((digit) => Number(`${digit}e${power}`)))
    .filter((value) => value >= min && value <= max);
}
