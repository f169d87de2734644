/** The sections of the report on what was measured: curves, reconstructions, noise. */
import { html, type Markup, NOTHING, type Section } from "./html.ts";
import type { Network, ReportData } from "./data.ts";
import { fourDigits, grouped } from "./number.ts";

/** The interactive chart, and the measures of the test images as a table. */
export function curvesSection({ networks }: ReportData): Section {
  const seeds = new Set(networks.map(({ seed }) => seed)).size;
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
        <div id="chart" tabindex="0" role="img"
          aria-label="Loss against epoch for every learning rate. Arrow keys move the cursor, plus and minus zoom, 0 shows the whole range. The table below has the values."></div>
        <div class="scroll" tabindex="0" role="region"
          aria-label="Values at the cursor">
          <table id="legend">
            <thead>
              <tr>
                <th scope="col">Learning rate</th>
                <th scope="col" class="number">Steps, mean</th>
                <th scope="col" class="number">Training</th>
                <th scope="col" class="number">Validation</th>
              </tr>
            </thead>
            <tbody></tbody>
          </table>
        </div>
        <p class="readout" id="readout"></p>
        <figcaption>Mean squared error per pixel against epoch. Thick with dots: the validation loss after every epoch${seeds >
            1
          ? `, mean of ${seeds} seeds, with their range as a darker band`
          : ""}; dashed: the mean training loss of the epoch; thin, in a band: mean, least and greatest loss of the steps, gathered in buckets. The horizontal grey band is where the paper sees the loss at learning rate 0.1. The greatest hundredth of the steps may lie above the chart. Drag over the chart to zoom, double-click for the whole range. “Compare” lays another run's <code>curves/*.json</code> or <code>metrics.json</code> over it; nothing leaves this page.</figcaption>
      </figure>
      <div class="scroll" tabindex="0" role="region"
        aria-label="Measures of the test images">
        <table>
          <caption>Reconstruction of the test images</caption>
          <thead>
            <tr><th scope="col">Learning rate</th>${seeds > 1
              ? html`<th scope="col">Seed</th>`
              : NOTHING}<th scope="col" class="number">MSE</th><th scope="col" class="number">PSNR, dB</th><th scope="col" class="number">SSIM</th></tr>
          </thead>
          <tbody>${networks.map(({ learningRate, seed, test }) =>
            html`<tr><th scope="row">${learningRate}</th>${
              seeds > 1 ? html`<td>${seed}</td>` : NOTHING
            }<td class="number">${
              fourDigits(test.mse)
            }</td><td class="number">${
              test.psnr === null ? "∞" : test.psnr.toFixed(2)
            }</td><td class="number">${test.ssim.toFixed(3)}</td></tr>`
          )}</tbody>${seeds > 1 ? means(networks) : NOTHING}
        </table>
      </div>
    `,
  };
}

/** Of each learning rate a row: the mean over its seeds, from the least to the greatest. */
function means(networks: readonly Network[]): Markup {
  const groups = Map.groupBy(networks, ({ learningRate }) => learningRate);
  const cell = (
    values: readonly (number | null)[],
    text: (value: number) => string,
  ): Markup => {
    const known = values.filter((value) => value !== null);
    if (known.length < values.length) return html`<td class="number">∞</td>`;
    const mean = known.reduce((a, b) => a + b, 0) / known.length;
    const [low, high] = [Math.min(...known), Math.max(...known)].map(text);
    const range = low === high
      ? NOTHING
      : html`<br><small>${low!}–${high!}</small>`;
    return html`<td class="number">${text(mean)}${range}</td>`;
  };
  return html`<tbody>${
    Array.from(groups, ([learningRate, group]) => {
      const of = (name: "mse" | "psnr" | "ssim") =>
        group.map(({ test }) => test[name]);
      return html`<tr><th scope="row">${learningRate}</th><td>mean</td>${
        cell(of("mse"), fourDigits)
      }${cell(of("psnr"), (value) => value.toFixed(2))}${
        cell(of("ssim"), (value) => value.toFixed(3))
      }</tr>`;
    })
  }</tbody>`;
}

/** The digits under a wipe from original to output. */
export function reconstructionsSection(): Section {
  return {
    id: "reconstructions",
    title: "Reconstructions",
    body: html`
      <div
        class="tools"><label class="range">Original <input type="range" id="wipe" min="0" max="100" value="100" aria-label="From original to reconstruction"> Reconstruction</label><output id="wipe-value" for="wipe">100 %</output></div>
      <figure class="wide">
        <div id="tiles"></div>
        <figcaption>Test images and what the networks make of them, with the mean squared error of each. The slider wipes from the original to the reconstruction; pointing at an image shows its original.</figcaption>
      </figure>
    `,
  };
}

/** The exercise's optional task: what noise does. */
export function denoisingSection({ networks }: ReportData): Section {
  const levels = networks[0]?.denoising.levels ?? [];
  const several = new Set(networks.map(({ seed }) => seed)).size > 1;
  const name = ({ learningRate, seed }: Network) =>
    several ? `${learningRate}, seed ${seed}` : String(learningRate);
  return {
    id: "denoising",
    title: "Denoising",
    body: html`
      <div class="scroll" tabindex="0" role="region" aria-label="Errors under noise">
        <table>
          <caption>Mean squared error to the clean image, over ${grouped(
            networks[0]?.denoising.images ?? 0,
          )} test images; bold where the output is closer to it than the noisy input</caption>
          <thead>
            <tr><th scope="col">Noise level</th><th scope="col" class="number">Noisy input</th>${networks
              .map((network) =>
                html`<th scope="col" class="number">Output, ${
                  name(network)
                }</th>`
              )}</tr>
          </thead>
          <tbody><tr><th scope="row">none</th><td class="number">0</td>${networks
            .map(({ denoising }) =>
              html`<td class="number">${fourDigits(denoising.clean_mse)}</td>`
            )}</tr>${levels.map(({ level, noisy_mse }, row) =>
              html`<tr><th scope="row">${level}</th><td class="number">${
                fourDigits(noisy_mse)
              }</td>${
                networks.map(({ denoising }) => {
                  const mse = denoising.levels[row]?.output_mse ?? NaN;
                  const text = fourDigits(mse);
                  return html`<td class="number">${
                    mse < noisy_mse ? html`<strong>${text}</strong>` : text
                  }</td>`;
                })
              }</tr>`
            )}</tbody>
        </table>
      </div>
      <dl class="explanations">${networks.map((network) =>
        html`
          <dt>Learning rate ${name(network)}</dt>
          <dd>${network.denoising.explanation}</dd>
        `
      )}</dl>
    `,
  };
}
