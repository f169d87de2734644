/**
 * uPlot on a context that is not in a browser. It is run with its own window,
 * document and navigator as arguments: nothing global is changed, and the
 * language that it formats numbers in is fixed.
 */
import type uPlot from "uplot";
import source from "../../node_modules/uplot/dist/uPlot.iife.min.js" with {
  type: "text",
};
import { FONT, font, textWidth } from "./font.ts";
import { type Context, SCALE } from "./page.ts";
import { Path } from "./path.ts";
import { GRID, INK, readable } from "./palette.ts";

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
interface LineName {
  readonly text: string;
  readonly colour: string;
  /** Its last value. */
  readonly value: number;
}

/** From the end of a line to its name. */
const LEADER = 7;
const NAMES = { size: 8, apart: 9.5 };

/** The room to the right of a chart that names take; at least half of the last tick's text. */
export function namesWidth(names: readonly string[]): number {
  return LEADER +
    Math.max(12, ...names.map((name) => textWidth(name, NAMES.size, 600))) + 2;
}

/** Whether so many names have room beside a chart of this height. */
export function namesFit(count: number, height: number): boolean {
  return (count - 1) * NAMES.apart <= height;
}

/**
 * Places that are at least so far apart and within both ends, each near where it was
 * wanted; `wanted` ascends.
 */
export function placed(
  wanted: readonly number[],
  { apart, low, high }: { apart: number; low: number; high: number },
): number[] {
  const places = [...wanted];
  for (let at = 0; at < places.length; at++) {
    const least = at === 0 ? low : places[at - 1]! + apart;
    places[at] = Math.max(places[at]!, least);
  }
  for (let at = places.length - 1; at >= 0; at--) {
    const most = at === places.length - 1 ? high : places[at + 1]! - apart;
    places[at] = Math.min(places[at]!, most);
  }
  return places;
}

/** Writes names at the ends of lines, moved apart where they would meet, each with a line that leads to it. */
export function nameLines(plot: uPlot, names: readonly LineName[]): void {
  const ends = names.map(({ value, ...name }) => ({
    ...name,
    end: plot.valToPos(value, "y", true) / SCALE,
  })).toSorted((a, b) => a.end - b.end);
  inPoints(plot, (ctx, { right, top, bottom }) => {
    const within = { apart: NAMES.apart, low: top, high: bottom };
    const places = placed(
      ends.map(({ end }) => Math.min(bottom, Math.max(top, end))),
      within,
    );
    ctx.font = font(NAMES.size, 600);
    ctx.lineWidth = 0.5;
    ends.forEach(({ end, text, colour }, at) => {
      const y = places[at]!;
      ctx.fillStyle = readable(colour);
      ctx.strokeStyle = colour;
      if (Math.abs(y - end) > 1 || ctx.fillStyle !== colour) {
        ctx.beginPath();
        ctx.moveTo(right + 2, Math.min(bottom, Math.max(top, end)));
        ctx.lineTo(right + LEADER - 1, y);
        ctx.stroke();
      }
      ctx.fillText(text, right + LEADER, y + 2.7);
    });
  });
}
