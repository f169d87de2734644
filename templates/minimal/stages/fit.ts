/** Puts a line through one data set, and measures how well it fits. */
import { canonicalPretty } from "../pipeline/stage/json.ts";
import type { Task } from "../pipeline/stage/task.ts";
import { type Points, read } from "./points.ts";

export interface Params {
  readonly method: "least-squares" | "theil-sen";
}

type Pairs = Points["points"];

/** A line: y = intercept + slope · x. */
interface Fit {
  readonly intercept: number;
  readonly slope: number;
}

/** Reads `points`, writes `line`, and as `metrics` what is measured of it. */
export default function fit(task: Task<Params>): void {
  const { set, points } = read<Points>(task.input("points"));
  const { method } = task.params;
  const line = method === "least-squares"
    ? leastSquares(points)
    : theilSen(points);
  const write = (
    name: string,
    content: Parameters<typeof canonicalPretty>[0],
  ) => Deno.writeTextFileSync(task.output(name), canonicalPretty(content));
  write("line", { set, method, ...line });
  write("metrics", {
    intercept: line.intercept,
    slope: line.slope,
    ...quality(points, line),
  });
}

/** The line whose squared errors have the least sum. */
export function leastSquares(points: Pairs): Fit {
  const x = mean(points.map(([x]) => x));
  const y = mean(points.map(([, y]) => y));
  const slope = sum(points.map((point) => (point[0] - x) * (point[1] - y))) /
    sum(points.map((point) => (point[0] - x) ** 2));
  return { slope, intercept: y - slope * x };
}

/** The median of the lines through every two points, which no single point can turn. */
export function theilSen(points: Pairs): Fit {
  const slope = median(
    points.flatMap(([x, y], index) =>
      points.slice(index + 1).filter((other) => other[0] !== x)
        .map((other) => (other[1] - y) / (other[0] - x))
    ),
  );
  return { slope, intercept: median(points.map(([x, y]) => y - slope * x)) };
}

/** How much of the spread the line explains, and the farthest point in deviations from it. */
export function quality(
  points: Pairs,
  { intercept, slope }: Fit,
): { r2: { value: number; better: "more" }; farthest: number } {
  const errors = points.map(([x, y]) => y - intercept - slope * x);
  const y = mean(points.map(([, y]) => y));
  const left = sum(errors.map((error) => error ** 2));
  const all = sum(points.map((point) => (point[1] - y) ** 2));
  const deviation = Math.sqrt(left / (points.length - 2));
  return {
    r2: { value: 1 - left / all, better: "more" },
    farthest: Math.max(...errors.map(Math.abs)) / deviation,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}
