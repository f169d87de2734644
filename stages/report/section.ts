/** The sections of the report as markup; the page's own code brings them to life. */
import type { Json } from "../../pipeline/json.ts";
import { bibtex } from "./citation.ts";
import { drawGraph } from "./graph.ts";
import { html, type Markup } from "./html.ts";
import type { Claim, Material, Network } from "./material.ts";
import type { Params } from "./params.ts";

/** Something to be read, with its place in the table of contents. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Markup;
}

const MARKS = { holds: "✓", fails: "✗", "not judged": "–" };
const NOTHING = html``;

/** Title, verdict, abstract: what is read first. */
export function header(
  { paper }: Params,
  { claims, dataset, trainings }: Material,
): Markup {
  const holding = claims.filter(({ verdict }) => verdict === "holds").length;
  const open = claims.filter((one) => one.verdict === "not judged").length;
  return html`<header>
<p class="kicker">Reproduction report</p>
<h1>${String(paper.title)}</h1>
<p class="byline">The paper: ${String(paper.author)}, ${String(paper.venue)}, ${
    String(paper.year)
  }</p>
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
<p class="abstract">${String(paper.abstract ?? "").trim()}</p>
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
function extent(trainings: Material["trainings"]): string {
  const epochs = Math.max(...trainings.map((one) => one.epochs.length));
  const steps = Math.max(...trainings.map((one) => one.steps.length));
  return `Training: ${trainings.length} networks, each over ${
    counted(epochs, "epoch")
  } and ${counted(steps, "step")}.`;
}

function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** Loud, and first on the page: numbers over other data prove nothing. */
export function banner({ dataset }: Material): Markup {
  if (!dataset.stand_in) return NOTHING;
  return html`
    <div class="banner"
      role="note"><strong>Stand-in data, not MNIST.</strong> The dataset could not be had, so digits were drawn in its place. Every number and picture below is of these drawings, and no claim is judged.</div>
  `;
}

function mark({ verdict }: Claim): Markup {
  return html`
    <span
      class="mark ${verdict.replace(
        " ",
        "-",
      )}"><span aria-hidden="true">${MARKS[verdict]}</span> ${verdict}</span>
  `;
}

/** The referee's table. */
export function claimsSection({ claims }: Material): Section {
  return {
    id: "claims",
    title: "Claims",
    body: html`
      <p>What the paper says, as checks over the measured numbers. A claim holds if its check holds for every seed.</p>
      <div class="scroll" tabindex="0" role="region" aria-label="Table of claims">
        <table class="claims">
          <thead>
            <tr>
              <th scope="col">Claim</th>
              <th scope="col">Verdict</th>
              <th scope="col">Evidence</th>
            </tr>
          </thead>
          <tbody>${claims.map((claim) =>
            html`
              <tr id="claim-${claim.id}">
                <th scope="row">
                  <p>“${claim.sentence}”</p>
                  <p class="where">${claim.where}</p>
                </th>
                <td>${mark(claim)}</td>
                <td>${evidence(claim)}</td>
              </tr>
            `
          )}</tbody>
        </table>
      </div>
    `,
  };
}

function evidence({ evidence: { summary, expression, seeds } }: Claim): Markup {
  const findings = Object.entries(seeds);
  const values = findings.flatMap(([seed, { holds, values = {} }]) =>
    Object.entries(values).map(([text, value]) =>
      html`<tr>${
        findings.length > 1
          ? html`<td>seed ${seed} ${holds ? "✓" : "✗"}</td>`
          : NOTHING
      }<td><code>${text}</code></td><td class="number">${
        figure(value)
      }</td></tr>`
    )
  );
  return html`${
    values.length > 0 && findings.length === 1
      ? NOTHING
      : html`<p>${capital(summary)}</p>`
  }${
    values.length === 0 ? NOTHING : html`
      <table class="values">
        <tbody>${values}</tbody>
      </table>
    `
  }<details><summary>The check</summary><code class="check">${expression}</code></details>`;
}

/** The interactive chart, and the measures of the test images as a table. */
export function curvesSection({ networks }: Material): Section {
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
            }<td class="number">${figure(test.mse)}</td><td class="number">${
              test.psnr === null ? "∞" : test.psnr.toFixed(2)
            }</td><td class="number">${test.ssim.toFixed(3)}</td></tr>`
          )}</tbody>
        </table>
      </div>
    `,
  };
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

/** The networks themselves, at work on what the reader draws. */
export function livingSection({ digits, networks }: Material): Section {
  const seeds = [...new Set(networks.map(({ seed }) => seed))];
  return {
    id: "living",
    title: "Draw a digit",
    body: html`
      <p>The trained networks, with their ${grouped(
        parameters(networks[0]),
      )} parameters each, run in this page. Draw with mouse or finger, or take a test image, and see what passes through the bottleneck of 98 numbers.</p>
      <figure class="wide living">
        <div class="studio">
          <div
            class="easel"><canvas id="pad" width="28" height="28" role="img" aria-label="The image that is given to the networks: draw here"></canvas>
      <div class="tools"><button type="button" id="clear">Clear</button><label class="range">Noise <input type="range" id="noise" min="0" max="0.5" step="0.05" value="0"></label><output id="noise-value" for="noise">0</output></div>
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
        <figcaption>For every learning rate: the reconstruction, the two 7×7 maps of the code that it is made from, and its mean squared error to what was drawn. A picture that is all black has the error given as “black”: a network that does no better has learned nothing. Noise is added to what the networks see, not to what they are measured against.</figcaption>
      </figure>
    `,
  };
}

/** The exercise's optional task: what noise does. */
export function denoisingSection({ networks }: Material): Section {
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
              html`<td class="number">${figure(denoising.clean_mse)}</td>`
            )}</tr>${levels.map(({ level, noisy_mse }, row) =>
              html`<tr><th scope="row">${level}</th><td class="number">${
                figure(noisy_mse)
              }</td>${
                networks.map(({ denoising }) => {
                  const mse = denoising.levels[row]?.output_mse ?? NaN;
                  const text = figure(mse);
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

/** Which stage reads which; the times come from a run that the reader opens. */
export function graphSection({ graph }: Params): Section {
  return {
    id: "pipeline",
    title: "Pipeline",
    body: html`
      <div
        class="tools"><label class="file">Open run.json<input type="file" id="run" accept=".json,application/json"></label><span class="readout" id="run-status" role="status">Times and what was reused differ from run to run, so they are not part of this page: open or drop the <code>run.json</code> that lies beside it.</span></div>
      <figure class="wide pipeline">
        <div class="scroll" tabindex="0" role="region"
          aria-label="Picture of the pipeline">${drawGraph(graph)}</div>
        <div class="scroll" tabindex="0" role="region" aria-label="Table of stages">
          <table id="stages">
            <thead>
              <tr>
                <th scope="col">Stage</th>
                <th scope="col">What it does</th>
                <th scope="col" class="number">Instances</th>
                <th scope="col" class="number run-only">Seconds</th>
                <th scope="col" class="run-only">Outcome</th>
              </tr>
            </thead>
            <tbody>${graph.map(({ stage, title, instances }) =>
              html`
                <tr data-stage="${stage}">
                  <th scope="row">${stage}</th>
                  <td>${title}</td>
                  <td class="number">${instances}</td>
                  <td class="number run-only" data-seconds></td>
                  <td class="run-only" data-outcome></td>
                </tr>
              `
            )}</tbody>
          </table>
        </div>
        <figcaption>An arrow leads from a stage to one that reads its results; what follows from other arrows is left out.</figcaption>
      </figure>
    `,
  };
}

/** Every value that can be changed, and every version that was used. */
export function parametersSection({ settings, environment }: Params): Section {
  const groups = Object.entries(settings)
    .filter(([name]) => !["paper", "authors", "claims"].includes(name));
  return {
    id: "parameters",
    title: "Parameters and environment",
    body: html`
      <p>The configuration as it was resolved, from <code>experiment.toml</code> and what was laid over it.</p>
      <div
        class="groups">${groups.map(([name, value]) =>
          html`
            <table>
              <caption>${name}</caption>
              <tbody>${flat(value).map(([path, text]) =>
                html`
                  <tr>
                    <th scope="row"><code>${path}</code></th>
                    <td><code>${text}</code></td>
                  </tr>
                `
              )}</tbody>
            </table>
          `
        )}<table><caption>versions</caption><tbody>${Object.entries(environment)
          .map(([name, version]) =>
            html`
              <tr>
                <th scope="row"><code>${name}</code></th>
                <td><code>${String(version)}</code></td>
              </tr>
            `
          )}</tbody></table></div>
    `,
  };
}

/** SHA-256 of the dataset's files and of everything that the page was made from. */
export function digestsSection({ dataset, digests }: Material): Section {
  const rows = (entries: readonly (readonly [string, string])[]) =>
    entries.map(([name, sha256]) =>
      html`
        <tr>
          <th scope="row"><code>${name}</code></th>
          <td><code class="digest">${sha256}</code></td>
        </tr>
      `
    );
  return {
    id: "digests",
    title: "Digests",
    body: html`
      <p>SHA-256 of the dataset's files and of every result that this page was made from. The same digests from another run mean the same bytes.</p>
      <div class="scroll" tabindex="0" role="region"
        aria-label="Digests of the dataset">
        <table>
          <caption>Dataset${dataset.stand_in ? " (stand-in)" : ""}</caption>
          <tbody>${rows(Object.entries(dataset.sha256))}</tbody>
        </table>
      </div>
      <details>
        <summary>The ${digests.length} inputs of this page</summary>
        <div class="scroll" tabindex="0" role="region"
          aria-label="Digests of the inputs">
          <table>
            <tbody>${rows(
              digests.map(({ name, sha256 }) => [name, sha256]),
            )}</tbody>
          </table>
        </div>
      </details>
    `,
  };
}

/** How to cite, and how to do it all again. */
export function citationSection(params: Params): Section {
  const deno = `npx -y deno@${params.environment.deno ?? "2.9.6"}`;
  const repository = params.paper.repository;
  const commands = [
    ...(repository === undefined
      ? []
      : [`git clone ${repository} facsimile && cd facsimile`]),
    `${deno} task reproduce`,
  ].join("\n");
  return {
    id: "citation",
    title: "Rerun and cite",
    body: html`
      <h3>Rerun</h3>
      <p>In the project's folder, with Node.js and nothing else installed. This page, the figures, the networks and all numbers come out with the same bytes; <code>--profile quick</code> tries everything on little data.</p>
      <div
        class="listing"><pre id="commands" tabindex="0"><code>${commands}</code></pre><button type="button" data-copy="commands">Copy</button></div>
      <h3>Cite</h3>
      <div
        class="listing"><pre id="bibtex" tabindex="0"><code>${bibtex(
          params,
        )}</code></pre><button type="button" data-copy="bibtex">Copy</button></div>
    `,
  };
}

function parameters(network: Network | undefined): number {
  // Four bytes a number, three bytes in four characters of base64.
  return network === undefined
    ? 0
    : Uint8Array.fromBase64(network.weights).length / 4;
}

/** Dotted paths of all values below a table of the configuration. */
function flat(value: Json, path = ""): [string, string][] {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    const list = Array.isArray(value) ? value : [value];
    const texts = list.map(String);
    const long = texts.some((text) => text.length > 20);
    return [[path, texts.join(long ? "\n" : ", ")]];
  }
  return Object.entries(value).flatMap(([name, inner]) =>
    flat(inner, path === "" ? name : `${path}.${name}`)
  );
}

/** Four significant digits, without an exponent where a reader would rather not. */
function figure(value: number): string {
  const text = value.toPrecision(4);
  return /e/.test(text) ? String(Number(text)) : text;
}

/** 55 000, with a narrow space; no locale has a say. */
function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
