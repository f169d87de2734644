/** The sections of the report on what was measured: learning curves and reconstructions. */
import { claimOfBand } from "./band.ts";
import { coordinates } from "./coordinates.ts";
import { DENSE, thinning } from "./curve.ts";
import type { ReportData } from "./data.ts";
import { html, type Markup, NOTHING, type Section } from "./html.ts";
import { measuredBy } from "./measured.ts";
import { measures } from "./measures.ts";
import { counted, listed } from "./number.ts";
import type { Params } from "./params.ts";

/** The interactive chart, and the measures of the test images as a table. */
export function curvesSection(
  { band }: Pick<Params, "band">,
  data: ReportData,
): Section {
  return {
    id: "curves",
    title: "Learning curves",
    body: html`
      <div class="tools" role="group" aria-label="The chart">
      <div class="switch" role="group" aria-label="Scale of the loss"><button type="button" id="scale-log" aria-pressed="true">log</button><button type="button" id="scale-linear" aria-pressed="false">linear</button></div>
      <button type="button" id="zoom-in">Zoom in</button><button type="button" id="zoom-out" disabled>Whole range</button>
      <label class="file">Compare<input type="file" id="compare" accept=".json,application/json" multiple></label>
      </div>
      <figure class="wide">
        <div id="chart" tabindex="0" role="application" aria-roledescription="chart"
          aria-label="Loss against the epoch. Arrow keys move the cursor, plus and minus zoom, 0 shows the whole range. The table below has the values."></div>
        <p class="readout" id="readout"></p>
        <section class="scroll tall" tabindex="0"
          aria-label="Values at the cursor">
          <table id="legend">
            <thead>
              <tr>
                <th scope="col">${data.study.axes.join(", ")}</th>
                <th scope="col" class="number">Steps, mean</th>
                <th scope="col" class="number">Training</th>
                <th scope="col" class="number">Validation</th>
              </tr>
            </thead>
            <tbody></tbody>
          </table>
        </section>
        <figcaption>${curvesCaption(band, data)}</figcaption>
      </figure>
      ${data.several ? NOTHING : coordinates(data.study)}${measures(
        data,
      )}${measuredBy(data.metrics)}
    `,
  };
}

function curvesCaption(
  band: Params["band"],
  { study: { groups, axes, seeds: all }, claims }: ReportData,
): Markup {
  const seeds = all.length;
  const over = seeds > 1 ? `, mean of ${seeds} seeds` : "";
  const order = orderOf(groups);
  const ordered = order === undefined
    ? "in the order of the experiment from dark to light"
    : `from dark for the least ${
      axes[order.axis]!.toLowerCase()
    } to light for the greatest`;
  const what = groups.length > DENSE
    ? html`The validation loss after every epoch${over}, a line for each of ${groups.length} rows of the table, ${ordered}; the row that is pointed at, or has the focus, brings out its line. The table also has the losses of the training.`
    : html`Marks on a thick line: the validation loss after every epoch${over}${
      seeds > 1 ? ", with their range as a darker band" : ""
    }. Dashed: the mean training loss of each epoch, at its middle. Thin, in a band: mean, least and greatest loss of the steps${
      seeds > 1 ? " of all seeds" : ""
    }, gathered in buckets; the greatest hundredth may lie above the chart.`;
  const every = Math.max(
    ...groups.map(({ networks }) =>
      thinning(groups.length, networks[0]!.training) // a group has a member
    ),
  );
  const thinned = every === 1
    ? ""
    : ` Of long trainings one of up to ${every} epochs is drawn.`;
  const claim = band === null
    ? undefined
    : claimOfBand(claims, [band.low, band.high]);
  const grey = band === null ? NOTHING : html`
    Grey: losses from ${band.low} to ${band
      .high}, where the paper finds that of learning rate ${band
      .learning_rate}${claim === undefined
      ? NOTHING
      : html`, of which the claim <a href="#claim-${claim.id}">${claim.id}</a> speaks`}.
  `;
  return html`Mean squared error per pixel against the epoch. ${what}${thinned}${grey} Drag over the chart to zoom, double-click for the whole range. “Compare” lays another run's <code>curves/*.json</code> or <code>metrics.json</code> over it; nothing leaves this page.`;
}

/** The digits under a wipe from original to output. */
export function reconstructionsSection(data: ReportData): Section {
  return {
    id: "reconstructions",
    title: "Reconstructions",
    body: html`
      <div
        class="tools"><label class="range">Original <input type="range" id="wipe" min="0" max="100" value="100" aria-label="From original to reconstruction"> Reconstruction</label><output id="wipe-value" for="wipe">100 %</output></div>
      <figure class="wide">
        <div id="tiles"></div>
        <figcaption>${counted(
          data.samples.digits.length,
          "test image",
        )} and what the networks make of ${data.samples.digits.length === 1
          ? "it"
          : "them"}, each with its mean squared error. Below each row its error: the absolute difference of the grey values, from dark for none to yellow for 0.5 and more.${selection(
            data,
          )} The slider wipes from the original to the reconstruction; pointing at an image shows its original.</figcaption>
      </figure>
    `,
  };
}

/** Which of the networks the page shows, if not all. */
export function selection(
  { study, samples: { shown }, several }: ReportData,
): string {
  const groups = shown.groups < shown.of
    ? ` ${shown.groups} of ${shown.of} are shown, among them that of the least error.`
    : "";
  const data = several === undefined
    ? ""
    : ` They are of ${several.shown}; for ${
      listed(several.others)
    }, figures/ has them.`;
  if (shown.seeds.length === study.seeds.length) return groups + data;
  return `${groups}${data} Of ${study.seeds.length} seeds ${
    shown.seeds.length === 1
      ? `seed ${shown.seeds.join()} is shown`
      : `${shown.seeds.length} are shown: ${listed(shown.seeds)}`
  }.`;
}

/**
 * The places of groups from 0 to 1 on the first axis of numbers; nothing if there is
 * none, or if of few groups two would have one place.
 */
export function orderOf(
  groups: ReportData["study"]["groups"],
): { readonly axis: number; readonly places: readonly number[] } | undefined {
  const { values: first } = groups[0]!; // there is a group
  if (first.length > 1 && groups.length <= DENSE) return undefined;
  const axis = first.findIndex((_, at) =>
    groups.every(({ values }) => typeof values[at] === "number")
  );
  if (axis < 0) return undefined;
  const values = groups.map((group) => Number(group.values[axis]));
  const numbers = values.toSorted((a, b) => a - b);
  return {
    axis,
    places: values.map((value) =>
      numbers.indexOf(value) / Math.max(1, numbers.length - 1)
    ),
  };
}
