/** What was measured of the test images as tables, by group of networks. */
import type { ReportData } from "./data.ts";
import { html, type Markup } from "./html.ts";
import type { Network } from "./network.ts";
import { counted, digits } from "./number.ts";
import { type Column, numberTable } from "./table.ts";

/** A measure of the test images. */
type Measure =
  & { readonly name: "mse" | "psnr" | "ssim" }
  & Omit<Column, "values">;

const MEASURES: readonly Measure[] = [
  {
    name: "mse",
    head: "MSE",
    text: (value) => digits(value),
    better: "less",
  },
  {
    name: "psnr",
    head: "PSNR, dB",
    text: (value) => value === Infinity ? "∞" : value.toFixed(2),
    better: "more",
  },
  {
    name: "ssim",
    head: "SSIM",
    text: (value) => value.toFixed(3),
    better: "more",
  },
];

/** One table for one seed; for several their means, and all networks in a fold. */
export function measures(
  { study: { axes, groups, seeds }, dataset, several }: ReportData,
): Markup {
  const images = several
    ? "all test images of the dataset"
    : counted(dataset.counts.test, "test image");
  // Errors on different images have no best.
  const best = groups.length > 1 && !several ? "; bold: the best" : "";
  const means = seeds.length === 1
    ? best
    : `: mean over the seeds, and below it from the least to the greatest${best}`;
  const together = numberTable(
    `Reconstruction of ${images}${means}`,
    axes,
    groups.map(({ values }) => values),
    columns(groups.map(({ networks }) => networks), !several),
  );
  if (seeds.length === 1) return together;
  const all = groups.flatMap(({ values, networks }) =>
    networks.map((network) => ({ keys: [...values, network.seed], network }))
  );
  return html`${together}<details><summary>All ${all.length} networks</summary>${
    numberTable(
      several ? "Every network" : "Every network; bold: the best",
      [...axes, "Seed"],
      all.map(({ keys }) => keys),
      columns(all.map(({ network }) => [network]), !several),
    )
  }</details>`;
}

function columns(
  rows: readonly (readonly Network[])[],
  comparable: boolean,
): Column[] {
  return MEASURES.map(({ name, better, ...measure }) => ({
    ...measure,
    better: comparable ? better : undefined,
    // A perfect reconstruction has no noise that its signal could be compared with.
    values: rows.map((networks) =>
      networks.map(({ test }) => test[name] ?? Infinity)
    ),
  }));
}
