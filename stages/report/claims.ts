/** The section of the report on the claims: each check with its numbers put in. */
import { html, type Markup, NOTHING, type Section } from "./html.ts";
import type { Judgement } from "../formats/claims.ts";
import { type Comparison, evidenceOf } from "./evidence.ts";
import { aligned, listed } from "./number.ts";

const MARKS = { holds: "✓", fails: "✗", "not judged": "–" };

/** A verdict with its mark, in its colour. */
export function mark({ verdict }: Pick<Judgement, "verdict">): Markup {
  const name = verdict.replace(" ", "-");
  return html`
    <span
      class="mark ${name}"><span aria-hidden="true">${MARKS[
        verdict
      ]}</span> ${verdict}</span>
  `;
}

/** The score, and every claim with what became of it; nothing if there is none. */
export function score(claims: readonly Judgement[]): Markup {
  if (claims.length === 0) return NOTHING;
  const holding = claims.filter(({ verdict }) => verdict === "holds").length;
  const open = claims.filter((one) => one.verdict === "not judged").length;
  const words = claims.length === 1 ? "claim holds" : "claims hold";
  return html`
    <div class="verdict" id="verdict">
      <p
        class="score"><strong>${holding} of ${claims
          .length}</strong> ${words}${open === 0
          ? NOTHING
          : html`<span class="open">, ${open} not judged</span>`}</p>
      <ol>${claims.map((claim) =>
        html`<li>${
          mark(claim)
        }<a href="#claim-${claim.id}">${claim.sentence}</a></li>`
      )}</ol>
    </div>
  `;
}

/** The referee's table. */
export function claimsSection(
  { claims, several }: {
    readonly claims: readonly Judgement[];
    /** Whether each is judged for several seeds. */
    readonly several: boolean;
  },
): Section {
  const seeds = several
    ? " A claim holds if its check holds for every seed; numbers are given from the least to the greatest of the seeds."
    : "";
  return {
    id: "claims",
    title: "Claims",
    body: claims.length === 0
      ? html`<p>The experiment has no claims.</p>`
      : html`
        <p>What the paper says, as checks over the measured numbers.${seeds}</p>
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
      `,
  };
}

function evidence(claim: Judgement): Markup {
  const { summary, expression, seeds_judged, seeds_holding } = claim.evidence;
  const { comparisons, joined } = evidenceOf(claim);
  if (comparisons.length === 0) {
    return html`
      <p>${capital(summary)}.</p>
      <details><summary>The check</summary><code class="check">${expression}</code></details>
    `;
  }
  const how = joined === undefined
    ? NOTHING
    : html`<p class="joined">Holds if <code>${joined}</code></p>`;
  const table = html`${how}${
    comparisonTable(comparisons, joined !== undefined)
  }`;
  return seeds_judged === 1 ? table : html`
    <p>Holds for ${seeds_holding} of ${seeds_judged} seeds</p>
    <details><summary>The check, with its numbers</summary>${table}</details>
  `;
}

/** Every comparison in two lines, the numbers of all of them in columns. */
function comparisonTable(
  comparisons: readonly Comparison[],
  numbered: boolean,
): Markup {
  const left = aligned(comparisons.map(({ left }) => left));
  const right = aligned(comparisons.map(({ right }) => right));
  return html`<table class="checks">${
    comparisons.map(({ text, sign, plain, ...rest }, index) =>
      html`
        <tbody>
          <tr>
            <th scope="rowgroup" colspan="4">${numbered
              ? `(${index + 1}) `
              : ""}<code>${text}</code></th>
          </tr>
          <tr>
            <td class="number">${left[index]!}</td>
            <td>${sign}</td>
            <td>${right[index]!}</td>
            <td>${truth(rest)}${plain ? "" : " before rounding"}</td>
          </tr>
        </tbody>
      `
    )
  }</table>`;
}

/** ✓ or ✗, and of several seeds for how many. */
function truth(
  { holding, seeds, without }: Pick<
    Comparison,
    "holding" | "seeds" | "without"
  >,
): Markup {
  const holds = holding === seeds;
  const sign = html`
    <span class="mark ${holds ? "holds" : "fails"}" role="img"
      aria-label="${holds ? "true" : "not true"}">${holds ? "✓" : "✗"}</span>
  `;
  if (seeds === 1 || holds) return sign;
  return html`${sign} ${holding} of ${seeds}, not seed ${listed(without)}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
