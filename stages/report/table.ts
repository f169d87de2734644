/** Tables of numbers by places on axes: over several seeds means with their range, the best in bold. */
import type { Json } from "../../pipeline/stage/json.ts";
import { coordinate } from "../formats/axis.ts";
import { html, type Markup, NOTHING } from "./html.ts";
import { aligned } from "./number.ts";

/** From so many rows on a table can be sorted and filtered. */
const LONG = 8;

/** A column of numbers. */
export interface Column {
  readonly head: string;
  readonly text: (value: number) => string;
  /** Which of two is the better one, if any is. */
  readonly better: "less" | "more" | undefined;
  /** Of each row one number, or one a seed; none where nothing was measured. */
  readonly values: readonly (readonly number[])[];
}

/** Rows by their places on the axes, of which the first is the row's head. */
export function numberTable(
  title: string,
  axes: readonly string[],
  rows: readonly (readonly Json[])[],
  columns: readonly Column[],
): Markup {
  const cells = columns.map(cellsOf);
  const long = rows.length > LONG ? " sortable" : "";
  return html`
    <p class="caption">${title}</p>
    <section class="scroll tall" tabindex="0" aria-label="${title}">
      <table class="measures${long}">
        <thead>
          <tr>${axes.map((axis) => html`<th scope="col">${axis}</th>`)}${columns
            .map(({ head }) =>
              html`<th scope="col" class="number">${head}</th>`
            )}</tr>
        </thead>
        <tbody>${rows.map((keys, row) =>
          html`<tr>${keys.map(key)}${cells.map((column) => column[row]!)}</tr>`
        )}</tbody>
      </table>
    </section>
  `;
}

function key(value: Json, place: number): Markup {
  const text = String(coordinate(value));
  return place === 0
    ? html`<th scope="row" data-value="${text}">${text}</th>`
    : html`<td class="key" data-value="${text}">${text}</td>`;
}

/** The cells of a column, of which the best stand out where they differ. */
function cellsOf({ text, better, values }: Column): Markup[] {
  const means = values.map((all) =>
    all.reduce((a, b) => a + b, 0) / all.length
  );
  const known = means.filter((mean) => !Number.isNaN(mean));
  const best = better === "more" ? Math.max(...known) : Math.min(...known);
  const differ = better !== undefined && known.some((mean) => mean !== best);
  const texts = aligned(
    means.map((mean) => Number.isNaN(mean) ? "–" : text(mean)),
  );
  return means.map((mean, row) => {
    const [low, high] = [Math.min(...values[row]!), Math.max(...values[row]!)]
      .map((value) => text(value));
    const range = Number.isNaN(mean) || low === high
      ? NOTHING
      : html`<br><small>${low!}–${high!}</small>`;
    const number = differ && mean === best
      ? html`<strong>${texts[row]!}</strong>`
      : texts[row]!;
    return html`<td class="number" data-value="${mean}">${number}${range}</td>`;
  });
}
