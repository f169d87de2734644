/** The playground: the reader draws a digit, and the networks reconstruct it. */
import { html, NOTHING, type Section } from "./html.ts";
import type { Network, ReportData } from "./data.ts";
import { grouped } from "./number.ts";

/** The markup of the playground; `client/playground.js` brings it to life. */
export function playgroundSection(
  { digits, networks, code, dataset: { width, height } }: ReportData,
): Section {
  const seeds = [...new Set(networks.map(({ seed }) => seed))];
  return {
    id: "living",
    title: "Draw a digit",
    body: html`
      <p>The trained networks, with their ${grouped(
        parameters(networks[0]),
      )} parameters each, run in this page. Draw with mouse or finger, or take a test image, and see what passes through the bottleneck of ${code
        .channels * code.height * code.width} numbers.</p>
      <figure class="wide living">
        <div class="studio">
          <div
            class="easel"><canvas id="pad" width="${width}" height="${height}" role="img" aria-label="The image that is given to the networks: draw here"></canvas>
      <div class="tools"><button type="button" id="clear">Clear</button><button type="button" id="fit">Fit like MNIST</button><label class="range">Noise <input type="range" id="noise" min="0" max="0.5" step="0.05" value="0"></label><output id="noise-value" for="noise">0</output></div>
      <div class="choose" role="group" aria-label="Take a test image">${digits
        .map(({ label, index }, place) =>
          html`
            <button type="button" data-digit="${place}"
              aria-label="Test image ${index}, a ${label}">${label}</button>
          `
        )}</div>${seeds.length > 1
        ? html`<label class="seed">Seed <select id="seed">${
          seeds.map((seed) => html`<option>${seed}</option>`)
        }</select></label>`
        : NOTHING}</div>
          <div id="outputs"></div>
        </div>
        <p class="readout" id="living-status" role="status"></p>
        <figcaption>For every learning rate: the reconstruction, the ${code
            .channels === 2
          ? "two"
          : code.channels} ${code.height}×${code
          .width} maps of the code that it is made from, and its mean squared error to what was drawn. A picture that is all black has the error given as “black”: a network that does no better has learned nothing. “Fit like MNIST” scales the drawing into a box of 20×20 pixels and puts its centre of mass in the middle, as was done with the digits of the dataset. Noise is added to what the networks see, not to what they are measured against.</figcaption>
      </figure>
    `,
  };
}

function parameters(network: Network | undefined): number {
  // Four bytes a number, three bytes in four characters of base64.
  return network === undefined
    ? 0
    : Uint8Array.fromBase64(network.weights).length / 4;
}
