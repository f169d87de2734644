/**
 * The outline of a graph as a picture for a paper: stages in columns by their
 * distance from the sources, states told by outline and by word.
 */
import type { Box, State } from "./outline.ts";

const WIDTH = 132;
const HEIGHT = 46;
const GAP_X = 44;
const GAP_Y = 20;
const MARGIN = 12;

const LOOK: {
  readonly [state in State]: {
    stroke: string;
    width: number;
    dash: string;
    word: string;
  };
} = {
  run: { stroke: "#0072b2", width: 2.2, dash: "", word: "will run" },
  maybe: { stroke: "#0072b2", width: 1.4, dash: "5 3", word: "may run" },
  restore: { stroke: "#009e73", width: 1.4, dash: "", word: "restored" },
  reuse: { stroke: "#555555", width: 1, dash: "", word: "up to date" },
};

/** An SVG document with a title, a view box and system fonts. */
export function picture(boxes: readonly Box[]): string {
  const column = columns(boxes);
  const rows = new Map<number, Box[]>();
  for (const box of boxes) {
    const at = column.get(box.stage)!; // every box has its column
    rows.set(at, [...rows.get(at) ?? [], box]);
  }
  const tallest = Math.max(...[...rows.values()].map(({ length }) => length));
  const height = 2 * MARGIN + tallest * (HEIGHT + GAP_Y) - GAP_Y;
  const width = 2 * MARGIN + rows.size * (WIDTH + GAP_X) - GAP_X;
  const place = new Map<string, { x: number; y: number }>();
  for (const [at, members] of [...rows].sort(([a], [b]) => a - b)) {
    // By the middle of what they read from, so that few arrows cross.
    const middle = ({ from }: Box) =>
      from.reduce((sum, stage) => sum + (place.get(stage)?.y ?? 0), 0) /
      Math.max(1, from.length);
    const sorted = members.toSorted((a, b) => middle(a) - middle(b));
    const free = (height - 2 * MARGIN) / sorted.length;
    sorted.forEach(({ stage }, row) =>
      place.set(stage, {
        x: MARGIN + at * (WIDTH + GAP_X),
        y: MARGIN + free * (row + 0.5) - HEIGHT / 2,
      })
    );
  }
  const arrows = boxes.flatMap(({ stage, from }) => {
    const to = place.get(stage)!;
    return direct(boxes, stage, from).map((producer) => {
      const { x, y } = place.get(producer)!;
      const [x1, y1, x2, y2] = [
        x + WIDTH,
        y + HEIGHT / 2,
        to.x - 1,
        to.y + HEIGHT / 2,
      ];
      const bend = Math.max(GAP_X / 2, (x2 - x1) / 2);
      return `<path d="M${n(x1)} ${n(y1)}C${n(x1 + bend)} ${n(y1)} ${
        n(x2 - bend)
      } ${n(y2)} ${n(x2)} ${n(y2)}" marker-end="url(#head)"/>`;
    });
  });
  const drawn = boxes.map(({ stage, title, instances, state }) => {
    const { x, y } = place.get(stage)!;
    const { stroke, width, dash, word } = LOOK[state];
    const many = instances.length > 1 ? ` × ${instances.length}` : "";
    return `<g><title>${
      escape(`${title}: ${instances.map(({ id }) => id).join(", ")}`)
    }</title>` +
      `<rect x="${n(x)}" y="${
        n(y)
      }" width="${WIDTH}" height="${HEIGHT}" rx="6" fill="#fff" stroke="${stroke}" stroke-width="${width}"${
        dash && ` stroke-dasharray="${dash}"`
      }/>` +
      `<text x="${n(x + WIDTH / 2)}" y="${n(y + 20)}" font-weight="600">${
        escape(stage + many)
      }</text>` +
      `<text x="${n(x + WIDTH / 2)}" y="${
        n(y + 35)
      }" font-size="10" fill="#555">${word}</text></g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${n(width)} ${
      n(height)
    }" width="${n(width)}" height="${
      n(height)
    }" font-family="Source Sans 3, Helvetica, Arial, sans-serif" font-size="12.5" text-anchor="middle" role="img">`,
    `<title>The stages of the experiment and what they read from</title>`,
    `<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0.8L7.5 4L0 7.2z" fill="#777"/></marker></defs>`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    `<g fill="none" stroke="#999" stroke-width="1.1">${arrows.join("")}</g>`,
    ...drawn,
    `</svg>`,
    "",
  ].join("\n");
}

/** The longest way from a source, so that every arrow goes to the right. */
function columns(boxes: readonly Box[]): Map<string, number> {
  const column = new Map<string, number>();
  for (const { stage, from } of boxes) {
    column.set(
      stage,
      Math.max(-1, ...from.map((one) => column.get(one) ?? -1)) + 1,
    );
  }
  return column;
}

/** The producers that are not also reached through another one: the rest is clutter. */
function direct(
  boxes: readonly Box[],
  stage: string,
  from: readonly string[],
): string[] {
  const sources = new Map(boxes.map((box) => [box.stage, box.from]));
  const reaches = (a: string, b: string): boolean =>
    (sources.get(a) ?? []).some((one) => one === b || reaches(one, b));
  return from.filter((producer) =>
    producer !== stage &&
    !from.some((other) => other !== producer && reaches(other, producer))
  );
}

function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
