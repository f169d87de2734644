/**
 * A context like that of a canvas, with as much of it as figures use. It draws
 * nothing: it writes down what is to be drawn, in the units of the page, for the
 * forms of a figure to be made from.
 */
import type { Drawing, Paint, Stroke } from "./drawing.ts";
import { face, layout, type Weight } from "./font.ts";
import { type Outline, Path, type Segment } from "./path.ts";
import type { Bitmap } from "./png.ts";

/** What `save()` keeps. */
class Style extends Path {
  fillStyle = "#000";
  strokeStyle = "#000";
  lineWidth = 1;
  lineJoin: Stroke["join"] = "miter";
  lineCap: Stroke["cap"] = "butt";
  globalAlpha = 1;
  font = "10px";
  textAlign: "left" | "center" | "right" = "left";
  textBaseline: "alphabetic" | "top" | "middle" | "bottom" = "alphabetic";
  protected dash: readonly number[] = [];
  protected clips: readonly Outline[] = [];
  /** Where the origin is, and how long a unit. */
  protected at = { x: 0, y: 0, unit: 1 };
}

/** Writes down what is drawn. Nothing turns, and both directions have one scale. */
export class Context extends Style {
  readonly drawings: Drawing[] = [];
  readonly #saved: Partial<Style>[] = [];

  save(): void {
    const { segments: _, drawings: __, ...style } = this;
    this.#saved.push(style);
  }

  restore(): void {
    Object.assign(this, this.#saved.pop());
  }

  translate(x: number, y: number): void {
    const [left, top] = this.place(x, y);
    this.at = { ...this.at, x: left, y: top };
  }

  scale(x: number, y: number): void {
    if (x !== y) throw new Error("no figure has two scales");
    this.at = { ...this.at, unit: this.at.unit * x };
  }

  protected override place(x: number, y: number): [number, number] {
    const { at } = this;
    return [at.x + x * at.unit, at.y + y * at.unit];
  }

  beginPath(): void {
    this.segments.length = 0;
  }

  setLineDash(dash: readonly number[]): void {
    this.dash = [...dash];
  }

  clip(path?: Path): void {
    this.clips = [...this.clips, this.#outline(path)];
  }

  fill(path?: Path): void {
    this.#draw({
      kind: "fill",
      outline: this.#outline(path),
      paint: this.#paint(this.fillStyle),
      clip: this.clips,
    });
  }

  stroke(path?: Path): void {
    const { at: { unit }, lineWidth, dash, lineJoin: join, lineCap: cap } =
      this;
    this.#draw({
      kind: "stroke",
      outline: this.#outline(path),
      paint: this.#paint(this.strokeStyle),
      stroke: {
        width: lineWidth * unit,
        dash: dash.map((length) => length * unit),
        join,
        cap,
      },
      clip: this.clips,
    });
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    const path = new Path();
    path.rect(x, y, width, height);
    this.fill(path);
  }

  /** A page begins empty: uPlot would wipe what is around its chart. */
  clearRect(): void {}

  measureText(text: string): { readonly width: number } {
    const { weight, size } = parseFont(this.font);
    const { unitsPerEm } = face(weight);
    return { width: layout(text, weight).advanceWidth * size / unitsPerEm };
  }

  fillText(text: string, x: number, y: number): void {
    if (text === "") return;
    const { weight, size } = parseFont(this.font);
    const { width } = this.measureText(text);
    const [left, line] = this.place(
      x - width * { left: 0, center: 0.5, right: 1 }[this.textAlign],
      y + size * baseline(weight, this.textBaseline),
    );
    this.#draw({
      kind: "text",
      text,
      weight,
      size: size * this.at.unit,
      x: left,
      y: line,
      paint: this.#paint(this.fillStyle),
      clip: this.clips,
    });
  }

  /** Pixels keep hard edges. */
  // deno-fmt-ignore
  drawImage(picture: Bitmap, left: number, top: number, width: number, height: number): void {
    const { at: { unit }, clips: clip } = this;
    const [x, y] = this.place(left, top);
    this.#draw({ kind: "picture", picture, x, y, width: width * unit, height: height * unit, clip });
  }

  #outline(path: Path | undefined): Outline {
    // The own path is on the page already.
    if (!path) return [...this.segments];
    return path.segments.map(([command, ...numbers]) => {
      const placed: number[] = [];
      for (let i = 0; i < numbers.length; i += 2) {
        placed.push(...this.place(numbers[i]!, numbers[i + 1]!)); // in pairs
      }
      return [command, ...placed] as unknown as Segment;
    });
  }

  #paint(style: string): Paint {
    const { colour, opacity } = parseColour(style);
    return { colour, opacity: opacity * this.globalAlpha };
  }

  #draw(drawing: Drawing): void {
    const unseen = "paint" in drawing && drawing.paint.opacity === 0;
    if (!unseen) this.drawings.push(drawing);
  }
}

/** How far below a baseline of CSS the line is that letters stand on, in ems. */
function baseline(weight: Weight, name: Style["textBaseline"]): number {
  const { ascent, descent, unitsPerEm } = face(weight);
  const below = {
    alphabetic: 0,
    top: ascent,
    middle: (ascent + descent) / 2,
    bottom: descent,
  };
  return below[name] / unitsPerEm;
}

/** The weight and the size of `600 8px 'Source Sans 3'`. */
function parseFont(font: string): { weight: Weight; size: number } {
  const found = /^(?:(400|600) )?([\d.]+)px/.exec(font);
  if (!found) throw new Error(`no figure has the font ${font}`);
  return { weight: found[1] === "600" ? 600 : 400, size: Number(found[2]) };
}

/** Reads `#rgb`, `#rgba`, `#rrggbb`, `#rrggbbaa` and `rgb(r,g,b)`. */
function parseColour(style: string): Paint {
  const hex = (byte: number) => byte.toString(16).padStart(2, "0");
  const long = style
    .replace(/^#(.)(.)(.)(.?)$/, "#$1$1$2$2$3$3$4$4")
    .replace(
      /^rgb\((\d+), ?(\d+), ?(\d+)\)$/,
      (_, ...parts) => `#${parts.slice(0, 3).map(Number).map(hex).join("")}`,
    );
  const found = /^(#[0-9a-f]{6})([0-9a-f]{2})?$/i.exec(long);
  if (!found) throw new Error(`no figure has the colour ${style}`);
  const [, colour = "", alpha = "ff"] = found;
  return { colour: colour.toLowerCase(), opacity: parseInt(alpha, 16) / 255 };
}
