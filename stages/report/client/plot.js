/** What the plot is made of: tables, series, bands, axes, and the range of the losses. */
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

/** The chart's tables and series; lines that are not shown keep their place. */
export function describe(lines) {
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
export function drawBand(u, band) {
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
