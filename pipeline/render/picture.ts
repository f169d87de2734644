/**
 * The stages of a graph as a picture for a paper: from top to bottom, narrow
 * enough for one column, each instance a mark whose form and colour tell its
 * state.
 */
import { escape } from "../text/markup.ts";
import { layers, type Route } from "./layers.ts";
import { type Box, direct, type Member, type State } from "./boxes.ts";
import { counted } from "../text/quantity.ts";
import { shorten } from "./running.ts";
import { DECISIONS } from "./words.ts";

const FONT = "system-ui, Helvetica, Arial, sans-serif";
const NAME = { size: 12, letter: 7.7 };
const NOTE = { size: 9.5, letter: 5.3 };
const MARGIN = 6;
const MARK = { radius: 3.2, step: 10, most: 16 };
const STATES: readonly State[] = ["run", "maybe", "restore", "reuse"];

/** Blue and green that differ in lightness, too; grey for what rests. */
const COLOURS: { readonly [state in State]: string } = {
  run: "#0072b2",
  maybe: "#0072b2",
  restore: "#007a5a",
  reuse: "#666666",
};

/** What is drawn in one box. */
interface Card {
  readonly id: string;
  readonly name: string;
  readonly note: string;
  readonly tip: string;
  readonly state: State;
  readonly marks: readonly State[];
  readonly from: readonly string[];
}

/** The stages, each with the marks of its instances: fits a column of 84 mm. */
export function picture(boxes: readonly Box[]): string {
  const from = direct(boxes, ({ stage }) => stage);
  return draw(
    "The stages of the experiment and what they read from",
    boxes.map(({ stage, title, instances, state }) => ({
      id: stage,
      name: stage,
      note: pointsOf(instances),
      tip: `${title}: ${
        instances.map(({ id, state }) => `${id} ${DECISIONS[state].word}`)
          .join(", ")
      }`,
      state,
      marks: instances.map((one) => one.state),
      from: from.get(stage) ?? [],
    })),
  );
}

/** Every instance in a box of its own: for a whole page. */
export function pictureOfInstances(boxes: readonly Box[]): string {
  const all = boxes.flatMap(({ title, instances }) => {
    const names = shorten(instances.map(({ id }) => id));
    return instances.map((one, at) => ({ ...one, title, name: names[at]! })); // one for each
  });
  const from = direct(all, ({ id }) => id);
  return draw(
    "The instances of the experiment and what they read from",
    all.map(({ id, name, title, state }) => {
      const [stage = name, ...point] = name.split(" ");
      return {
        id,
        name: stage,
        note: point.join(" "),
        tip: `${title}: ${id} ${DECISIONS[state].word}`,
        state,
        marks: [state],
        from: from.get(id) ?? [],
      };
    }),
  );
}

/** The points of a matrix if they are few, else how many there are. */
function pointsOf(instances: readonly Member[]): string {
  if (instances.length < 2) return "";
  const names = shorten(instances.map(({ id }) => id));
  const points = names.map((name) => name.replace(/^[^ ]* ?/, "")).join(", ");
  return points.length <= 22 ? points : counted(instances.length, "instance");
}

function draw(title: string, cards: readonly Card[]): string {
  const sizes = new Map(cards.map((card) => [card.id, sizeOf(card)]));
  const { width, height, places, routes } = layers(
    cards.map(({ id, from }) => ({ id, from, ...sizes.get(id)! })), // just made
    { across: 14, between: 24 },
  );
  const states = STATES.filter((state) =>
    cards.some(({ marks }) => marks.includes(state))
  );
  const key = legend(states, cards, width);
  const total = {
    width: Math.max(width, key.width) + 2 * MARGIN,
    height: height + key.height + 2 * MARGIN,
  };
  const shift = (total.width - 2 * MARGIN - width) / 2;
  const drawn = cards.map((card) => {
    const { x, y } = places.get(card.id)!; // every card was placed
    const size = sizes.get(card.id)!;
    return cardSvg(card, {
      x: x - size.width / 2,
      y: y - size.height / 2,
      ...size,
    });
  });
  const arrows = routes.map((route) =>
    arrow(route, sizes.get(route.from)!.height, sizes.get(route.to)!.height)
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${n(total.width)} ${
      n(total.height)
    }" width="${n(total.width)}" height="${
      n(total.height)
    }" role="img" aria-labelledby="title desc" font-family="${FONT}" font-size="${NOTE.size}" text-anchor="middle">`,
    `<title id="title">${escape(title)}</title>`,
    `<desc id="desc">An arrow is left out where a longer way leads to the same place.</desc>`,
    `<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" orient="auto"><path d="M0 1L7.5 4L0 7z" fill="#777"/></marker></defs>`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    `<g transform="translate(${n(MARGIN + shift)} ${MARGIN})">`,
    `<g fill="none" stroke="#888" stroke-width="1" marker-end="url(#head)">`,
    ...arrows,
    `</g>`,
    ...drawn,
    `</g>`,
    `<g transform="translate(${n((total.width - key.width) / 2)} ${
      n(MARGIN + height)
    })">`,
    ...key.lines,
    `</g>`,
    `</svg>`,
    "",
  ].join("\n");
}

interface Size {
  readonly width: number;
  readonly height: number;
}

function sizeOf({ name, note, marks }: Card): Size {
  const row = Math.min(marks.length, MARK.most) * MARK.step;
  const first = name.length * NAME.letter + (marks.length === 1 ? 12 : 0);
  return {
    width: Math.max(58, first, note.length * NOTE.letter, row) + 16,
    height: 24 + (note === "" ? 0 : 13) + (marks.length > 1 ? 13 : 0),
  };
}

function cardSvg(
  { name, note, tip, state, marks }: Card,
  { x, y, width, height }: Size & { readonly x: number; readonly y: number },
): string {
  const middle = x + width / 2;
  const single = marks.length === 1;
  const dash = state === "maybe" ? ` stroke-dasharray="4 2.5"` : "";
  const parts = [
    `<title>${escape(tip)}</title>`,
    `<rect x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${
      n(height)
    }" rx="4" fill="${state === "reuse" ? "#f7f7f7" : "#fff"}" stroke="${
      COLOURS[state]
    }" stroke-width="${state === "run" ? 1.8 : 1}"${dash}/>`,
    `<text x="${n(middle + (single ? 6 : 0))}" y="${
      n(y + 16)
    }" font-size="${NAME.size}" font-weight="600" fill="#111">${
      escape(name)
    }</text>`,
  ];
  let below = y + 29;
  if (note !== "") {
    parts.push(
      `<text x="${n(middle)}" y="${n(below)}" fill="#444">${
        escape(note)
      }</text>`,
    );
    below += 13;
  }
  if (single) {
    parts.push(
      mark(state, middle - name.length * NAME.letter / 2 - 3, y + 12),
    );
  } else {
    const shown = marks.slice(0, MARK.most);
    const start = middle - (shown.length - 1) * MARK.step / 2;
    shown.forEach((one, at) =>
      parts.push(mark(one, start + at * MARK.step, below - 3.5))
    );
  }
  return `<g>${parts.join("")}</g>`;
}

/** A state by form: full, half full, diamond, empty. */
function mark(state: State, x: number, y: number): string {
  const r = MARK.radius;
  const colour = COLOURS[state];
  const ring = `stroke="${colour}" stroke-width="1.2"`;
  const circle = (fill: string) =>
    `<circle cx="${n(x)}" cy="${n(y)}" r="${r}" fill="${fill}" ${ring}/>`;
  switch (state) {
    case "run":
      return circle(colour);
    case "maybe":
      return circle("#fff") +
        `<path d="M${n(x)} ${n(y - r)}A${r} ${r} 0 0 0 ${n(x)} ${
          n(y + r)
        }z" fill="${colour}"/>`;
    case "restore":
      return `<path d="M${n(x)} ${n(y - r - 0.8)}l${r + 0.8} ${r + 0.8}l-${
        r + 0.8
      } ${r + 0.8}l-${r + 0.8} -${r + 0.8}z" fill="${colour}"/>`;
    case "reuse":
      return circle("#fff");
  }
}

/** An arrow from the foot of one box to the head of another, upright at its ends. */
function arrow({ points }: Route, above: number, below: number): string {
  const [first, ...rest] = points;
  const last = rest.pop();
  if (!first || !last) return "";
  const stops = [
    { x: first.x, y: first.y + above / 2 },
    ...rest,
    { x: last.x, y: last.y - below / 2 - 1 },
  ];
  let path = "";
  stops.forEach(({ x, y }, at) => {
    const before = stops[at - 1];
    if (!before) path = `M${n(x)} ${n(y)}`;
    else {
      const half = (before.y + y) / 2;
      path += `C${n(before.x)} ${n(half)} ${n(x)} ${n(half)} ${n(x)} ${n(y)}`;
    }
  });
  return `<path d="${path}"/>`;
}

/** What the marks mean, with their counts: in as many lines as the width asks for. */
function legend(
  states: readonly State[],
  cards: readonly Card[],
  width: number,
): Size & { readonly lines: readonly string[] } {
  const all = cards.flatMap(({ marks }) => marks);
  const entries = states.map((state) => {
    const count = all.filter((one) => one === state).length;
    const text = `${count} ${DECISIONS[state].word}`;
    return { state, text, width: text.length * NOTE.letter + 24 };
  });
  const lines: string[] = [];
  let [x, y, most] = [0, 26, 0];
  for (const entry of entries) {
    if (x > 0 && x + entry.width > Math.max(width, 120)) [x, y] = [0, y + 15];
    lines.push(
      mark(entry.state, x + 5, y - 3.2) +
        `<text x="${n(x + 12)}" y="${n(y)}" text-anchor="start" fill="#333">${
          escape(entry.text)
        }</text>`,
    );
    x += entry.width;
    most = Math.max(most, x);
  }
  return { width: most, height: y + 4, lines };
}

function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}
