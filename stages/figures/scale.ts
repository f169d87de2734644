/** Scales of colours: what a colour of a picture or of a line stands for. */
import type uPlot from "uplot";
import { font } from "./font.ts";
import type { Context } from "./page.ts";
import { type ColourScale, INK, scaleColour } from "./palette.ts";

/** Boxes that a scale is drawn of. */
const STEPS = 100;

/** A scale from left to right, with a text at its start, middle and end. */
export interface Scale {
  /** Red, green and blue of a value from 0 to 1. */
  readonly colour: (value: number) => readonly [number, number, number];
  readonly texts: readonly [string, string, string];
  /** What it measures. */
  readonly name: string;
}

/** The points that a scale takes below a figure, with room above it. */
export const SCALE_HEIGHT = 26;

/** Draws a scale below a grid that ends at `y`. */
export function drawScale(
  context: Context,
  { colour, texts, name }: Scale,
  { x, y, width }: { x: number; y: number; width: number },
): void {
  const top = y + 6;
  for (let step = 0; step < STEPS; step++) {
    const [r, g, b] = colour((step + 0.5) / STEPS);
    context.fillStyle = `rgb(${r},${g},${b})`;
    // A little wider than a step, so that no paper shines through between two.
    const wider = step === STEPS - 1 ? 0 : 0.3;
    context.fillRect(
      x + width * step / STEPS,
      top,
      width / STEPS + wider,
      6,
    );
  }
  context.strokeStyle = INK;
  context.lineWidth = 0.25;
  context.beginPath();
  context.rect(x, top, width, 6);
  context.stroke();
  context.fillStyle = INK;
  context.font = font(7);
  context.textBaseline = "alphabetic";
  (["left", "center", "right"] as const).forEach((align, at) => {
    context.textAlign = align;
    context.fillText(texts[at]!, x + width * at / 2, top + 15);
  });
  context.textAlign = "left";
  context.fillText(name, x + width + 6, top + 6);
}

/** The room that the scale of many series takes to the right of a chart. */
export const SERIES_WIDTH = 58;

/** The scale of many series, to the right of a chart, in points: least below, greatest on top. */
export function drawSeries(
  ctx: uPlot["ctx"],
  { right, top, bottom }: { right: number; top: number; bottom: number },
  scale: ColourScale,
): void {
  const height = bottom - top;
  const x = right + 8;
  for (let step = 0; step < STEPS; step++) {
    ctx.fillStyle = scaleColour((step + 0.5) / STEPS);
    const y = bottom - height * (step + 1) / STEPS;
    ctx.fillRect(x, y, 7, height / STEPS + (step === 0 ? 0 : 0.3));
  }
  ctx.fillStyle = INK;
  ctx.strokeStyle = INK;
  ctx.lineWidth = 0.5;
  ctx.font = font(7.5);
  ctx.textAlign = "left";
  for (const value of scaleTicks(scale)) {
    const y = bottom - height * scale.share(value);
    ctx.beginPath();
    ctx.moveTo(x + 7, y);
    ctx.lineTo(x + 9.5, y);
    ctx.stroke();
    ctx.fillText(String(value), x + 11, y + 2.5);
  }
  ctx.fillText(scale.name.replaceAll("_", " "), x, top - 6);
}

/** Powers of ten within a scale; of fewer than two, its ends. */
export function scaleTicks(
  { low, high }: Pick<ColourScale, "low" | "high">,
): number[] {
  const powers = Array.from({ length: 41 }, (_, at) => Number(`1e${at - 20}`))
    .filter((power) => power >= low && power <= high);
  return powers.length < 2 ? [low, high] : powers;
}
