/** The sections of the report on how the results came about, and how to get them again. */
import { bibtex, reference } from "./citation.ts";
import { drawGraph } from "./graph.ts";
import { html, NOTHING, type Section } from "./html.ts";
import type { ReportData } from "./data.ts";
import type { Params } from "./params.ts";

/** Which stage reads which; the times come from a run that the reader opens. */
export function graphSection({ graph }: Params): Section {
  return {
    id: "pipeline",
    title: "Pipeline",
    body: html`
      <div
        class="tools"><label class="file">Open run.json<input type="file" id="open-run" accept=".json,application/json"></label><span class="readout" id="run-status" role="status">Times and what was reused differ from run to run, so they are not part of this page: open or drop the <code>run.json</code> that lies beside it, or in an archive <code>logs/run.json</code>.</span></div>
      <figure class="wide pipeline">
        <section class="scroll" tabindex="0"
          aria-label="Picture of the pipeline">${drawGraph(graph)}</section>
        <section class="scroll" tabindex="0" aria-label="Table of stages">
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
        </section>
        <figcaption>An arrow leads from a stage to one that reads its results; what follows from other arrows is left out.</figcaption>
      </figure>
    `,
  };
}

/** SHA-256 of the dataset's files and of everything that the page was made from. */
export function digestsSection({ dataset, digests }: ReportData): Section {
  const table = (
    label: string,
    rows: readonly (readonly [string, string])[],
  ) =>
    html`
      <section class="scroll" tabindex="0" aria-label="${label}">
        <table class="digests">
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col">SHA-256</th>
            </tr>
          </thead>
          <tbody>${rows.map(([name, sha256]) =>
            html`
              <tr>
                <th scope="row"><code>${name}</code></th>
                <td><code class="digest">${sha256}</code></td>
              </tr>
            `
          )}</tbody>
        </table>
      </section>
    `;
  const { files, rows, together } = digests;
  return {
    id: "digests",
    title: "Digests",
    body: html`
      <p>SHA-256 of the dataset's files and of every result that this page was made from. The same digests from another run mean the same bytes.</p>
      ${table(
        `Digests of the ${dataset.stand_in ? "stand-in" : "dataset"}`,
        Object.entries(dataset.sha256),
      )}
      <details>
      <summary>The ${files} inputs of this page</summary>
      ${together
        ? html`<p>Of a kind with many files the digest is that of their list, a line <code>SHA-256, two spaces, name</code> for each, as <code>kind[lr=…,seed=…]</code>.</p>`
        : NOTHING}${table(
          "Digests of the inputs",
          rows.map(({ name, sha256 }) => [name, sha256]),
        )}
      </details>
    `,
  };
}

/** How to cite, and how to do it all again. */
export function citationSection(params: Params): Section {
  const deno = `npx -y deno@${params.environment.deno}`;
  const { repository } = params.paper;
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
      <p id="reference">${reference(params)}</p>
      <div
        class="listing"><pre id="bibtex" tabindex="0"><code>${bibtex(
          params,
        )}</code></pre><button type="button" data-copy="bibtex">Copy</button></div>
    `,
  };
}
