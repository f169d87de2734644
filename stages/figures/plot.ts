/**
 * uPlot on a context that is not in a browser. It is run with its own window,
 * document and navigator as arguments: nothing global is changed, and the
 * language that it formats numbers in is fixed.
 */
import type uPlot from "uplot";
import source from "../../node_modules/uplot/dist/uPlot.iife.min.js" with {
  type: "text",
};
import { type Context, SCALE } from "./page.ts";
import { Path2D } from "@napi-rs/canvas";

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
    Path2D,
    () => 0,
  );
}

/** Draws a chart with its top left corner at (x, y); sizes in the options are in points. */
export function drawPlot(
  context: Context,
  x: number,
  y: number,
  options: uPlot.Options,
  data: uPlot.AlignedData,
): void {
  context.save();
  context.translate(x, y);
  context.scale(1 / SCALE, 1 / SCALE);
  // uPlot wipes its canvas before it draws; on a vector page that would leave
  // nothing of what is around it.
  const target = new Proxy(context, {
    get(object, name) {
      if (name === "clearRect") return () => {};
      const value = Reflect.get(object, name, object);
      return typeof value === "function" ? value.bind(object) : value;
    },
    set: (object, name, value) => Reflect.set(object, name, value, object),
  });
  const Plot = load(target);
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
