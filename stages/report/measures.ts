/** The measures of the test images as tables: by learning rate over the seeds, and of every network. */
import type { Json } from "../../pipeline/stage/json.ts";
import { coordinate } from "../formats/study.ts";
import type { ReportData } from "./data.ts";
import { html, type Markup, NOTHING } from "./html.ts";
import type { Network } from "./network.ts";
import { aligned, counted, digits } from "./number.ts";

/** From so many rows on a table can be sorted and filtered. */
const LONG = 8;

/** A measure of the test images. */
interface Measure {
  readonly name: "mse" | "psnr" | "ssim";
  readonly head: string;
  readonly text: (value: number) => string;
  /** Whether a greater one is better. */
  readonly more: boolean;
}

const MEASURES: readonly Measure[] = [
  {
    name: "mse",
    head: "MSE",
    text: (value) => digits(value),
    more: false,
  },
  {
    name: "psnr",
    head: "PSNR, dB",
    text: (value) => value === Infinity ? "∞" : value.toFixed(2),
    more: true,
  },
  {
    name: "ssim",
    head: "SSIM",
    text: (value) => value.toFixed(3),
    more: true,
  },
];

/** What a row is of, and its networks: one, or all seeds of a group. */
interface Row {
  readonly keys: readonly Json[];
  readonly networks: readonly Network[];
}

/** One table for one seed; for several their means, and all networks in a fold. */
export function measures({ study, dataset }: ReportData): Markup {
  const { axes, groups, seeds } = study;
  const rows = groups.map(({ values, networks }) => ({
    keys: values,
    networks,
  }));
  const single = rows.flatMap(({ keys, networks }) =>
    networks.map((one) => ({ keys: [...keys, one.seed], networks: [one] }))
  );
  const title = `Reconstruction of ${
    counted(dataset.counts.test, "test image")
  }`;
  if (seeds.length === 1) {
    return table(
      `${title}${rows.length > 1 ? "; bold: the best" : ""}`,
      axes,
      rows,
    );
  }
  const best = rows.length > 1 ? "; bold: the best mean" : "";
  return html`${
    table(
      `${title}: mean over the seeds, and below it from the least to the greatest${best}`,
      axes,
      rows,
    )
  }<details><summary>All ${single.length} networks</summary>${
    table("Every network; bold: the best", [...axes, "Seed"], single)
  }</details>`;
}

function table(
  title: string,
  heads: readonly string[],
  rows: readonly Row[],
): Markup {
  const columns = MEASURES.map((measure) => column(measure, rows));
  const long = rows.length > LONG ? " sortable" : "";
  return html`
    <p class="caption">${title}</p>
    <section class="scroll tall" tabindex="0" aria-label="${title}">
      <table class="measures${long}">
        <thead>
          <tr>${heads.map((head) =>
            html`<th scope="col">${head}</th>`
          )}${MEASURES.map(({ head }) =>
            html`<th scope="col" class="number">${head}</th>`
          )}</tr>
        </thead>
        <tbody>${rows.map(({ keys }, row) =>
          html`<tr>${keys.map(key)}${columns.map((cells) => cells[row]!)}</tr>`
        )}</tbody>
      </table>
    </section>
  `;
}

/** The cell of a value on an axis, of which the first is the row's head. */
function key(value: Json, place: number): Markup {
  const text = String(coordinate(value));
  return place === 0
    ? html`<th scope="row" data-value="${text}">${text}</th>`
    : html`<td class="key" data-value="${text}">${text}</td>`;
}

/** The cells of a measure, of which the best stand out where there are several. */
function column(
  { name, text, more }: Measure,
  rows: readonly Row[],
): Markup[] {
  // A perfect reconstruction has no noise that its signal could be compared with.
  const values = rows.map(({ networks }) =>
    networks.map(({ test }) => test[name] ?? Infinity)
  );
  const means = values.map((all) =>
    all.reduce((a, b) => a + b, 0) / all.length
  );
  const best = more ? Math.max(...means) : Math.min(...means);
  const texts = aligned(means.map((mean) => text(mean)));
  return means.map((mean, row) => {
    const [low, high] = [Math.min(...values[row]!), Math.max(...values[row]!)]
      .map((value) => text(value));
    const range = low === high
      ? NOTHING
      : html`<br><small>${low!}–${high!}</small>`;
    const number = mean === best && means.some((other) => other !== best)
      ? html`<strong>${texts[row]!}</strong>`
      : texts[row]!;
    return html`<td class="number" data-value="${mean}">${number}${range}</td>`;
  });
}
