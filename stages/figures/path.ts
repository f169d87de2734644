/** Outlines: what is filled, drawn along, or clipped to. */

/** A step of an outline, as SVG names it, with absolute coordinates. */
export type Segment =
  | readonly ["M" | "L", number, number]
  | readonly ["Q", number, number, number, number]
  | readonly ["C", number, number, number, number, number, number]
  | readonly ["Z"];

/** An outline. */
export type Outline = readonly Segment[];

/** A canvas's `Path2D`, with as much of it as figures use. */
export class Path {
  readonly segments: Segment[];

  constructor(path?: Path) {
    this.segments = [...path?.segments ?? []];
  }

  /** Where a point of the caller's is on the page. */
  protected place(x: number, y: number): [number, number] {
    return [x, y];
  }

  moveTo(x: number, y: number): void {
    this.segments.push(["M", ...this.place(x, y)]);
  }

  /** Begins where nothing was begun, as a canvas does: uPlot counts on it. */
  lineTo(x: number, y: number): void {
    const command = this.segments.length === 0 ? "M" : "L";
    this.segments.push([command, ...this.place(x, y)]);
  }

  // deno-fmt-ignore
  bezierCurveTo(a: number, b: number, c: number, d: number, x: number, y: number): void {
    this.segments.push(["C", ...this.place(a, b), ...this.place(c, d), ...this.place(x, y)]);
  }

  closePath(): void {
    this.segments.push(["Z"]);
  }

  rect(x: number, y: number, width: number, height: number): void {
    this.moveTo(x, y);
    this.lineTo(x + width, y);
    this.lineTo(x + width, y + height);
    this.lineTo(x, y + height);
    this.closePath();
  }

  /** A circle, by four curves: at most 0.03 % of its radius off. */
  arc(x: number, y: number, r: number, from = 0, to = 2 * Math.PI): void {
    if (Math.abs(to - from) < 2 * Math.PI) {
      throw new Error("no figure has a part of a circle");
    }
    const k = 0.5522847498 * r;
    this.moveTo(x + r, y);
    this.bezierCurveTo(x + r, y + k, x + k, y + r, x, y + r);
    this.bezierCurveTo(x - k, y + r, x - r, y + k, x - r, y);
    this.bezierCurveTo(x - r, y - k, x - k, y - r, x, y - r);
    this.bezierCurveTo(x + k, y - r, x + r, y - k, x + r, y);
    this.closePath();
  }
}

/** A number as short as it may be: hundredths of a point are finer than any printer. */
export function short(value: number): string {
  const text = value.toFixed(2).replace(/\.?0+$/, "");
  return text === "-0" ? "0" : text;
}
