/** The top of the page: the title, the verdicts, and a warning if the data is a stand-in. */
import { score } from "./claims.ts";
import { html, type Markup, NOTHING } from "./html.ts";
import type { ReportData } from "./data.ts";
import { titleOf } from "../formats/dataset.ts";
import { TITLE } from "../formats/mnist.ts";
import { counted, countedSpan, grouped, listed } from "./number.ts";
import type { Params } from "./params.ts";

/** The title, how many claims hold, the abstract and the extent of the training. */
export function header(
  { paper, ...params }: Params,
  { claims, dataset, several, study }: ReportData,
): Markup {
  return html`<header>
<p class="kicker">Reproduction report</p>
<h1>${paper.title}</h1>
<p class="byline">The paper: ${paper.author}, ${paper.venue}, ${paper.year}</p>
${score(claims)}
<div class="abstract"><p class="kicker">Abstract</p><p>${paper.abstract.trim()}</p></div>
<p class="data">${data(params, { dataset, several })}</p>
<p class="data">${extent(study)}</p>
</header>`;
}

/** Which images were used: of the training images perhaps but some. */
function data(
  { settings, study }: Pick<Params, "settings" | "study">,
  { dataset, several }: Pick<ReportData, "dataset" | "several">,
): string {
  const { stand_in, counts } = dataset;

  const axis = study.axes.find(({ setting }) => setting === "training.images");
  const used = (axis?.values ?? [settings.training.images]).map((images) =>
    images === "all" || images === counts.train ? "all" : Number(images)
  );
  const all = counted(counts.train, "image");
  const some = used.every((images) => images === "all")
    ? all
    : `the first ${
      used.map((images) => images === "all" ? images : grouped(images))
        .join(" or ")
    } of ${all}`;
  const title = stand_in ? "drawn digits" : titleOf(dataset);
  return `Data: ${
    several
      ? `${listed([several.shown, ...several.others])}. Of ${several.shown}${
        stand_in ? `, ${title}` : ""
      }: `
      : `${title}, `
  }${some} for training, ${grouped(counts.validation)} for validation, ${
    grouped(counts.test)
  } for the test.`;
}

/** How long the networks were trained: a quick run must not look like a full one. */
function extent({ groups }: ReportData["study"]): string {
  const trainings = groups.flatMap(({ networks }) =>
    networks.map(({ training }) => training)
  );
  const epochs = trainings.map((one) => one.epochs.length);
  const steps = trainings.map((one) => one.steps.length);
  return `Training: ${counted(trainings.length, "network")}, ${
    trainings.length === 1 ? "" : "each "
  }over ${countedSpan(epochs, "epoch")} and ${countedSpan(steps, "step")}.`;
}

/** Loud, and first on the page: numbers over other data prove nothing. */
export function banner(
  { dataset, metrics: { datasets = {} }, several }: ReportData,
): Markup {
  const drawn = Object.values(datasets).some(({ stand_in }) => stand_in);
  if (!dataset.stand_in && !drawn) return NOTHING;
  const below = several
    ? html`What stands below for ${TITLE} is of these drawings, and no claim about it is judged.`
    : html`Every number and picture below is of these drawings, and no claim is judged.`;
  return html`
    <div class="banner"
      role="note"><strong>Stand-in data, not ${TITLE}.</strong> The dataset could not be had, so digits were drawn in its place. ${below}</div>
  `;
}
