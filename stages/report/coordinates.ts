/**
 * What the settings do to the error: parallel coordinates. Each setting that varies is
 * an upright line, the error is the last one, and every row of the table is a line
 * across all of them. Of two settings and more, as of a random search, no curve and no
 * table shows at which values of each the good networks are.
 *
 * Rejected: a heat map. It needs a grid of two settings, and of a random search or of
 * three settings it has no cells.
 */
import type { Json } from "../../pipeline/stage/json.ts";
import { log10 } from "../evaluation/logarithm.ts";
import { coordinate } from "../formats/axis.ts";
import { scaleColour } from "../figures/palette.ts";
import { html, type Markup, NOTHING } from "./html.ts";
import type { Study } from "./network.ts";
import { digits } from "./number.ts";

/** Fewer rows are read faster in the table. */
const LEAST = 8;
const [WIDTH, HEIGHT, SIDE, TOP] = [720, 300, 60, 34];

/** Where the values of one line stand, and what is written beside it. */
interface Upright {
  readonly name: string;
  /** From 0, at the bottom, to 1. */
  readonly places: readonly number[];
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
}

/** The figure; nothing where one setting varies alone, or few rows do. */
export function coordinates({ axes, groups }: Study): Markup {
  if (axes.length < 2 || groups.length < LEAST) return NOTHING;
  const errors = groups.map(({ networks }) =>
    networks.reduce((sum, { test }) => sum + test.mse, 0) / networks.length
  );
  const error = uprightOf("MSE", errors);
  const uprights = [
    ...axes.map((name, at) =>
      uprightOf(name, groups.map(({ values }) => values[at]!))
    ),
    error,
  ];
  const x = (at: number) =>
    SIDE + at * (WIDTH - 2 * SIDE) / (uprights.length - 1);
  const y = (place: number) => HEIGHT - 14 - place * (HEIGHT - 14 - TOP);
  // The best last: what is drawn last lies on top.
  const order = groups.map((_, at) => at)
    .sort((a, b) => errors[b]! - errors[a]! || a - b);
  const best = order.at(-1)!; // there are rows
  const lines = order.map((row) => {
    const points = uprights.map(({ places }, at) =>
      `${round(x(at))},${round(y(places[row]!))}`
    ).join(" ");
    const title = `${groups[row]!.label}: ${digits(errors[row]!)}`;
    const [width, opacity] = row === best ? [3, 1] : [1, 0.6];
    return html`
      <polyline points="${points}" stroke="${scaleColour(
        error.places[row]!,
      )}" stroke-width="${width}"
        stroke-opacity="${opacity}">
        <title>${title}</title>
      </polyline>
    `;
  });
  const rulers = uprights.map(({ name, ticks }, at) =>
    html`
      <line x1="${x(at)}" x2="${x(at)}" y1="${y(0)}" y2="${y(1)}"
        stroke="currentColor" /><text x="${x(at)}" y="16" text-anchor="middle"
        font-weight="600">${name}</text>${ticks.map(({ at: place, text }) =>
          html`
            <text x="${x(at) + 5}" y="${round(
              y(place) + 4,
            )}" paint-order="stroke" stroke="Canvas"
              stroke-width="3">${text}</text>
          `
        )}
    `
  );
  return html`
    <figure class="wide">
      <section class="scroll" tabindex="0" aria-label="The settings and the error">
        <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}"
          height="${HEIGHT}" role="img"
          aria-label="Parallel coordinates of ${[...axes, "MSE"].join(
            ", ",
          )}"
          font-family="system-ui, sans-serif" font-size="12"
          fill="currentColor">
    <g fill="none">${lines}</g>
    ${rulers}
        </svg>
      </section>
      <figcaption>Every line is a row of the table, through its value of each setting to its error on the test images, dark for the least and light for the greatest. Thick: the best, ${groups[
        best
      ]!.label}, with ${digits(errors[best]!)}.</figcaption>
    </figure>
  `;
}

/** A line of numbers, by their logarithm if they span more than a power of ten, or of texts in their order. */
function uprightOf(name: string, values: readonly Json[]): Upright {
  const numbers = values.filter((value) => typeof value === "number");
  if (numbers.length < values.length) {
    const texts = values.map((value) => String(coordinate(value)));
    const all = [...new Set(texts)];
    const place = (text: string) =>
      all.length === 1 ? 0.5 : all.indexOf(text) / (all.length - 1);
    const step = Math.ceil(all.length / 10);
    return {
      name,
      places: texts.map(place),
      ticks: all.filter((_, at) => at % step === 0)
        .map((text) => ({ at: place(text), text })),
    };
  }
  const [low, high] = [
    numbers.reduce((a, b) => Math.min(a, b)),
    numbers.reduce((a, b) => Math.max(a, b)),
  ];
  const scaled = low > 0 && high / low > 10 ? log10 : (value: number) => value;
  const place = (value: number) =>
    low === high
      ? 0.5
      : (scaled(value) - scaled(low)) / (scaled(high) - scaled(low));
  const some = [...new Set(numbers)];
  const marked = some.length <= 5
    ? some
    : [0, 0.25, 0.5, 0.75, 1].map((share) => nearest(some, place, share));
  return {
    name,
    places: numbers.map(place),
    ticks: [...new Set(marked)].map((value) => ({
      at: place(value),
      text: Number.isInteger(value)
        ? String(value)
        : String(Number(digits(value, 3))),
    })),
  };
}

/** The value whose place is nearest to a share: a number that somebody trained with. */
function nearest(
  values: readonly number[],
  place: (value: number) => number,
  share: number,
): number {
  return values.reduce((a, b) =>
    Math.abs(place(b) - share) < Math.abs(place(a) - share) ? b : a
  );
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
