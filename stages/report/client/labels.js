/** What is written and marked on the chart: names of lines, marks of losses, the band. */
import { drawMark } from "./marks.js";
import { colour, veil } from "./theme.js";

const FONT = "13px system-ui, sans-serif";
/** Between two names, and between two marks of a line, in pixels of the page. */
const [APART, SPARSE] = [15, 16];

/** Everything in pixels of the page, whatever the screen's. */
function inPixels(u, draw) {
  const { ctx } = u;
  ctx.save();
  ctx.scale(devicePixelRatio, devicePixelRatio);
  ctx.font = FONT;
  ctx.textBaseline = "middle";
  const [left, top, width, height] = ["left", "top", "width", "height"].map(
    (side) => u.bbox[side] / devicePixelRatio,
  );
  draw(ctx, { left, top, right: left + width, bottom: top + height });
  ctx.restore();
}

/** Marks the validation losses, so far apart that they can be told from each other. */
export function drawMarks(u, lines) {
  inPixels(u, (ctx, { left, top, right, bottom }) => {
    ctx.lineWidth = 1.5;
    for (const line of lines) {
      if (!line.shown) continue;
      const { x, validation } = line.curve.epochs;
      let last = -Infinity;
      x.forEach((epoch, index) => {
        const at = {
          x: left + u.valToPos(epoch, "x"),
          y: top + u.valToPos(validation[index], "y"),
        };
        if (at.x - last < SPARSE && index < x.length - 1) return;
        if (at.x < left - 1 || at.x > right + 1) return;
        if (!(at.y >= top - 1 && at.y <= bottom + 1)) return;
        last = at.x;
        const stroke = colour(line.tone);
        drawMark(ctx, line.mark, {
          ...at,
          size: 4,
          stroke,
          fill: line.overlay ? stroke : colour("paper"),
        });
      });
    }
  });
}

/** Writes the names of lines at the right of the chart, none over another. */
export function drawNames(u, lines) {
  inPixels(u, (ctx, { top, right, bottom }) => {
    const names = lines.flatMap((line) => {
      const { x, validation } = line.curve.epochs;
      const seen = x.findLastIndex((epoch) => epoch <= u.scales.x.max);
      const y = top + u.valToPos(validation[Math.max(0, seen)], "y");
      return Number.isFinite(y)
        ? [{ line, y: Math.min(bottom, Math.max(top, y)) }]
        : [];
    }).sort((a, b) => a.y - b.y);
    for (let i = 1; i < names.length; i++) {
      names[i].y = Math.max(names[i].y, names[i - 1].y + APART);
    }
    for (let i = names.length - 1; i >= 0; i--) {
      const below = names[i + 1]?.y ?? bottom + APART;
      names[i].y = Math.min(names[i].y, below - APART);
    }
    ctx.textAlign = "left";
    for (const { line, y } of names) {
      ctx.fillStyle = colour(line.tone);
      ctx.fillText(line.label, right + 8, y);
    }
  });
}

/** Shades a band of losses. */
export function drawBand(u, band) {
  inPixels(u, (ctx, { left, top, right, bottom }) => {
    const [from, to] = edges(u, band, { top, bottom });
    if (!(to > from)) return;
    ctx.fillStyle = veil("muted", 0.22);
    ctx.fillRect(left, from, right - left, to - from);
  });
}

/** Says which band it is: over the lines, but readable. */
export function nameBand(u, band) {
  inPixels(u, (ctx, { top, right, bottom }) => {
    const [from, to] = edges(u, band, { top, bottom });
    if (!(to > from)) return;
    const y = from - 10 > top + 6 ? from - 10 : to + 11;
    const text = `${band[0]} to ${band[1]}`;
    ctx.textAlign = "right";
    ctx.lineWidth = 5;
    ctx.lineJoin = "round";
    ctx.strokeStyle = colour("paper");
    ctx.strokeText(text, right - 8, y);
    ctx.fillStyle = colour("muted");
    ctx.fillText(text, right - 8, y);
  });
}

/** Where the band begins and ends within the chart. */
function edges(u, [low, high], { top, bottom }) {
  return [
    Math.max(top, top + u.valToPos(high, "y")),
    Math.min(bottom, top + u.valToPos(low, "y")),
  ];
}
