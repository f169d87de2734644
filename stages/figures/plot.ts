/**
 * uPlot on a context that is not in a browser. It is run with its own window,
 * document and navigator as arguments: nothing global is changed, and the
 * language that it formats numbers in is fixed.
 */
import type uPlot from "uplot";
import source from "../../node_modules/uplot/dist/uPlot.iife.min.js" with {
  type: "text",
};
import { FONT, font } from "./font.ts";
import { type Context, SCALE } from "./page.ts";
import { Path } from "./path.ts";
import { GRID, INK } from "./palette.ts";

/** An element that does nothing: uPlot uses the DOM for legend and cursor, which are not drawn. */
function element(context: unknown): unknown {
  const nothing = () => {};
  const rectangle = { left: 0, top: 0, width: 0, height: 0 };
  const self: Record<string, unknown> = {
    style: { setProperty: nothing },
    classList: {
      add: nothing,
      remove: nothing,
      toggle: nothing,
      contains: () => false,
    },
    getContext: () => context,
    getBoundingClientRect: () => rectangle,
    appendChild: (child: unknown) => child,
    insertBefore: (child: unknown) => child,
    children: [],
    childNodes: [],
    parentNode: null,
    firstChild: null,
    offsetWidth: 0,
    offsetHeight: 0,
  };
  for (
    const name of [
      "addEventListener",
      "removeEventListener",
      "setAttribute",
      "remove",
      "removeChild",
      "dispatchEvent",
    ]
  ) {
    self[name] = nothing;
  }
  return self;
}

/** uPlot's constructor, bound to a context. */
function load(context: unknown): typeof uPlot {
  const document = {
    createElement: () => element(context),
    createTextNode: () => element(context),
    addEventListener: () => {},
    removeEventListener: () => {},
    body: element(context),
  };
  const nothing = {
    addEventListener: () => {},
    removeEventListener: () => {},
    matches: false,
  };
  const window = {
    document,
    devicePixelRatio: SCALE,
    matchMedia: () => nothing,
    addEventListener: () => {},
    removeEventListener: () => {},
    dispatchEvent: () => {},
  };
  class CustomEvent {}
  const make = new Function(
    "window",
    "document",
    "navigator",
    "devicePixelRatio",
    "matchMedia",
    "addEventListener",
    "removeEventListener",
    "dispatchEvent",
    "CustomEvent",
    "Path2D",
    "requestAnimationFrame",
    `${source}; return uPlot;`,
  );
  return make(
    window,
    document,
    { language: "en-US" },
    SCALE,
    window.matchMedia,
    window.addEventListener,
    window.removeEventListener,
    window.dispatchEvent,
    CustomEvent,
    Path,
    () => 0,
  );
}

/** Draws a chart whose top is at y; sizes in the options are in points. */
export function drawPlot(
  context: Context,
  y: number,
  options: uPlot.Options,
  data: uPlot.AlignedData,
): void {
  context.save();
  context.translate(0, y);
  context.scale(1 / SCALE, 1 / SCALE);
  const Plot = load(context);
  const plot = new Plot({
    ...options,
    pxAlign: 0,
    legend: { show: false },
    cursor: { show: false },
  }, data);
  // The first draw is put off; a batch draws at once.
  plot.batch(() => {});
  context.restore();
}

/** An axis in the figures' look. */
export function axis(options: uPlot.Axis): uPlot.Axis {
  return {
    font: `8px '${FONT}'`,
    stroke: INK,
    gap: 3,
    grid: { stroke: GRID, width: 0.5 },
    ticks: { stroke: INK, width: 0.5, size: 3 },
    ...options,
  };
}

/** The sides of a chart's box, in points. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Draws over a chart in points, while uPlot counts in dots. */
export function inPoints(
  { ctx, bbox }: uPlot,
  draw: (ctx: uPlot["ctx"], box: Box) => void,
): void {
  const { left, top, width, height } = bbox;
  ctx.save();
  ctx.scale(SCALE, SCALE);
  ctx.fillStyle = INK;
  ctx.textAlign = "left";
  ctx.textBaseline = "alphabetic";
  draw(ctx, {
    left: left / SCALE,
    right: (left + width) / SCALE,
    top: top / SCALE,
    bottom: (top + height) / SCALE,
  });
  ctx.restore();
}

/** The name of a line, to stand where it ends. */
export interface LineName {
  readonly text: string;
  readonly colour: string;
  /** Its last value. */
  readonly value: number;
}

/** Writes names at the ends of lines, moved apart from the top down where they would meet. */
export function nameLines(
  plot: uPlot,
  names: readonly LineName[],
  { size, apart }: { size: number; apart: number },
): void {
  const placed = names.map(({ value, ...name }) => ({
    ...name,
    y: plot.valToPos(value, "y", true) / SCALE + 3,
  })).toSorted((a, b) => a.y - b.y);
  inPoints(plot, (ctx, { right }) => {
    let last = -Infinity;
    ctx.font = font(size, 600);
    for (const { y, text, colour } of placed) {
      last = Math.max(y, last + apart);
      ctx.fillStyle = colour;
      ctx.fillText(text, right + 6, last);
    }
  });
}
