/** The playground: the reader draws a digit, and the networks reconstruct it. */
import type { ReportData } from "./data.ts";
import { ofDigits } from "../formats/dataset.ts";
import { html, type Markup, NOTHING, type Section } from "./html.ts";
import type { Shape } from "../network/layer.ts";
import { digits as significant, grouped, span } from "./number.ts";
import { TOLERANCE } from "./agreement.ts";
import { selection } from "./results.ts";

/** The markup of the playground; `client/playground.js` brings it to life. */
export function playgroundSection(data: ReportData): Section {
  return {
    id: "living",
    title: ofDigits(data.dataset) ? "Draw a digit" : "Draw an image",
    body: data.samples.playground.kind === "runs"
      ? living(data)
      : missing(data),
  };
}

/** Why the networks do not run in the page. */
function missing(
  { samples: { playground, architectures } }: ReportData,
): Markup {
  if (playground.kind === "large") {
    return html`<p>The trained networks have ${
      span(architectures.map(({ parameters }) => parameters))
    } parameters each. In this page they would take ${
      grouped(Math.round(playground.bytes / 1e6))
    } MB, so it leaves them out; <code>models/</code> has them.</p>`;
  }
  const by = playground.kind === "differs" && Number.isFinite(playground.by)
    ? ` by up to ${
      significant(playground.by, 2)
    } in a grey value of 0…1, more than the ${
      significant(TOLERANCE, 2)
    } that rounding explains`
    : "";
  return html`<p>The trained networks do not run in this page: its own forward pass differs from what was measured with the exported models${by}. <code>models/</code> has them.</p>`;
}

function living(data: ReportData): Markup {
  const { samples, dataset } = data;
  const { architectures, shown: { seeds } } = samples;
  const { input } = architectures[0]!.chain; // there is a network
  const pixels = sizeOf(input);
  const codes = architectures.map(({ code }) => code.shape);
  const sizes = codes.map(sizeOf);
  const through = Math.max(...sizes) < pixels
    ? `, and see what passes through the bottleneck of ${span(sizes)} numbers`
    : "";
  const box = Math.round(Math.min(input.height, input.width) * 5 / 7);
  const fit = dataset.name === "mnist"
    ? ", as was done with the digits of MNIST"
    : "";
  return html`
    <p>The trained networks, with their ${span(
      architectures.map(({ parameters }) => parameters),
    )} parameters each, run in this page. Draw with mouse or finger, or take a test image${through}.</p>
    <figure class="wide living">
      <div class="studio">
        <div
          class="easel"><canvas id="pad" width="${input.width}" height="${input
            .height}" role="img" aria-label="The image that is given to the networks: draw here"></canvas>
    <div class="tools"><button type="button" id="clear">Clear</button><button type="button" id="fit">Fit</button><label class="range">Noise <input type="range" id="noise" min="0" max="0.5" step="0.05" value="0"></label><output id="noise-value" for="noise">0</output></div>
    <div class="choose" role="group" aria-label="Take a test image">${samples
      .digits.map(({ label, index }, place) =>
        html`
          <button type="button" data-digit="${place}"
            aria-label="Test image ${index}, a ${label}">${typeof label ===
                "number"
              ? label
              : index}</button>
        `
      )}</div>${seeds.length > 1
      ? html`<label class="seed">Seed <select id="seed">${
        seeds.map((seed) => html`<option>${seed}</option>`)
      }</select></label>`
      : NOTHING}</div>
        <div id="outputs"></div>
      </div>
      <p class="readout" id="living-status" role="status"></p>
      <figcaption>For every network: the reconstruction, the ${mapsOf(
        codes,
      )} that it is made from, and its mean squared error to what was drawn. “Black” is the error of a picture that is all black: a network that does no better has learned nothing.${selection(
        data,
      )} “Fit” scales the drawing into a box of ${box}×${box} pixels and puts its centre of mass in the middle${fit}. Noise is added to what the networks see, not to what they are measured against. Before this page was written, its own forward pass gave what was measured with the exported models, for every test image shown, within ${significant(
        TOLERANCE,
        2,
      )} in a grey value of 0…1.</figcaption>
    </figure>
  `;
}

function sizeOf({ channels, height, width }: Shape): number {
  return channels * height * width;
}

/** `two 7×7 maps of the code`; of codes that differ no more than that. */
function mapsOf(codes: readonly Shape[]): string {
  const told = codes.map(({ channels, height, width }) => {
    const size = `${height}×${width}`;
    return channels === 1
      ? `${size} map of the code`
      : `${channels === 2 ? "two" : channels} ${size} maps of the code`;
  });
  return new Set(told).size === 1 ? told[0]! : "maps of the code";
}
