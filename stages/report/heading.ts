/** The top of the page: the title, the verdicts, and a warning if the data is a stand-in. */
import { mark } from "./claims.ts";
import { html, type Markup, NOTHING } from "./html.ts";
import type { ReportData } from "./data.ts";
import { counted, grouped } from "./number.ts";
import type { Params } from "./params.ts";

/** The title, how many claims hold, the abstract and the extent of the training. */
export function header(
  { paper }: Params,
  { claims, dataset, trainings }: ReportData,
): Markup {
  const holding = claims.filter(({ verdict }) => verdict === "holds").length;
  const open = claims.filter((one) => one.verdict === "not judged").length;
  return html`<header>
<p class="kicker">Reproduction report</p>
<h1>${paper.title}</h1>
<p class="byline">The paper: ${paper.author}, ${paper.venue}, ${paper.year}</p>
<div class="verdict" id="verdict">
<p class="score"><strong>${holding} of ${claims.length}</strong> ${
    claims.length === 1 ? "claim holds" : "claims hold"
  }${
    open === 0 ? NOTHING : html`<span class="open">, ${open} not judged</span>`
  }</p>
<ol>${
    claims.map((claim) =>
      html`<li>${
        mark(claim)
      }<a href="#claim-${claim.id}">${claim.sentence}</a></li>`
    )
  }</ol>
</div>
<p class="abstract">${paper.abstract.trim()}</p>
${
    dataset.stand_in ? NOTHING : html`
      <p
        class="data">Data: ${dataset.name.toUpperCase()}, ${grouped(
          dataset.counts.train,
        )} images in the training split, ${grouped(
          dataset.counts.validation,
        )} for validation, ${grouped(dataset.counts.test)} for the test.</p>
    `
  }
<p class="data">${extent(trainings)}</p>
</header>`;
}

/** How long the networks were trained: a quick run must not look like a full one. */
function extent(trainings: ReportData["trainings"]): string {
  const epochs = Math.max(...trainings.map((one) => one.epochs.length));
  const steps = Math.max(...trainings.map((one) => one.steps.length));
  return `Training: ${trainings.length} networks, each over ${
    counted(epochs, "epoch")
  } and ${counted(steps, "step")}.`;
}

/** Loud, and first on the page: numbers over other data prove nothing. */
export function banner({ dataset }: ReportData): Markup {
  if (!dataset.stand_in) return NOTHING;
  return html`
    <div class="banner"
      role="note"><strong>Stand-in data, not MNIST.</strong> The dataset could not be had, so digits were drawn in its place. Every number and picture below is of these drawings, and no claim is judged.</div>
  `;
}
