/** What is drawn over the chart of the learning curves: band, marks, frame and words. */
import type uPlot from "uplot";
import { threeDigits } from "../formats/number.ts";
import { type Family, spread } from "./curve.ts";
import { font } from "./font.ts";
import { type Band, epochTicks, type Excursion } from "./loss-axis.ts";
import { drawBandBox, drawMarks } from "./mark.ts";
import { SCALE } from "./page.ts";
import { INK, type Look, readable } from "./palette.ts";

/** The grey band that the paper speaks of, behind everything. */
export function drawBand(plot: uPlot, { low, high }: Band): void {
  const { ctx, bbox: { left, width, top, height } } = plot;
  const inside = (value: number) =>
    Math.min(top + height, Math.max(top, plot.valToPos(value, "y", true)));
  const y = inside(high);
  drawBandBox(ctx, { x: left, y, width, height: inside(low) - y }, SCALE);
}

/** The ends of the band as one writes them: with equally many decimals. */
export function bandText({ low, high }: Pick<Band, "low" | "high">): string[] {
  const decimals = (value: number) =>
    (String(value).split(".")[1] ?? "").length;
  const most = Math.min(6, Math.max(decimals(low), decimals(high)));
  return [low.toFixed(most), high.toFixed(most)];
}

/** A line of words above the chart. */
export interface Note {
  readonly text: string;
  readonly colour: string;
}

/** The most curves that are named where they leave the figure. */
const NAMED = 3;

/** What is said of the curves that leave the figure: of some each, of many all together. */
export function notes(
  excursions: readonly Excursion[],
  looks: readonly Look[],
): Note[] {
  if (excursions.length <= NAMED) {
    return excursions.map(({ family, label, most, steps }) => ({
      text: `${label}: up to ${threeDigits(most)} ${within(steps)}`,
      colour: looks[family]!.colour,
    }));
  }
  const most = Math.max(...excursions.map((one) => one.most));
  const steps = Math.max(...excursions.map((one) => one.steps));
  return [{
    text: `${excursions.length} curves: up to ${threeDigits(most)} ${
      within(steps)
    }`,
    colour: INK,
  }];
}

/** "in the first 8 steps". */
export function within(steps: number): string {
  return steps === 1 ? "in the first step" : `in the first ${steps} steps`;
}

/** Writes a note with an arrow that points out of the figure. */
export function drawNote(
  ctx: uPlot["ctx"],
  { text, colour }: Note,
  x: number,
  y: number,
): void {
  ctx.font = font(7.5);
  ctx.textAlign = "left";
  ctx.fillStyle = readable(colour);
  ctx.strokeStyle = colour;
  ctx.lineWidth = 0.8;
  ctx.beginPath();
  ctx.moveTo(x + 2.5, y + 0.5);
  ctx.lineTo(x + 2.5, y - 5.5);
  ctx.moveTo(x + 0.5, y - 3.2);
  ctx.lineTo(x + 2.5, y - 5.7);
  ctx.lineTo(x + 4.5, y - 3.2);
  ctx.stroke();
  ctx.fillText(text, x + 8, y);
}

/** The epochs whose validation loss has a mark: all, or where the axis has its ticks. */
export function markedEpochs(epochs: number): number[] {
  if (epochs <= 20) return Array.from({ length: epochs }, (_, at) => at + 1);
  return epochTicks(epochs).filter((epoch) => epoch > 0);
}

/** Validation losses: marks of the series' own shape, filled with paper. */
export function drawPoints(plot: uPlot, { curves }: Family, look: Look): void {
  const { mean } = spread(
    curves.map(({ epochs }) => epochs.map((one) => one.validation_loss)),
  );
  const places = markedEpochs(mean.length).map((epoch) =>
    [
      plot.valToPos(epoch, "x", true),
      plot.valToPos(mean[epoch - 1]!, "y", true),
    ] as const
  );
  drawMarks(plot.ctx, look, places, { size: 2.3 * SCALE, line: 0.9 * SCALE });
}

/** Left and bottom line, over the grid. */
export function drawFrame(
  { ctx, bbox: { left, top, width, height } }: uPlot,
): void {
  ctx.save();
  ctx.strokeStyle = INK;
  ctx.lineWidth = 0.6 * SCALE;
  ctx.beginPath();
  ctx.moveTo(left, top);
  ctx.lineTo(left, top + height);
  ctx.lineTo(left + width, top + height);
  ctx.stroke();
  ctx.restore();
}
