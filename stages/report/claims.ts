/** The section of the report on the claims: a table with the numbers behind each verdict. */
import { html, type Markup, NOTHING, type Section } from "./html.ts";
import type { Judgement } from "../formats/claims.ts";
import type { ReportData } from "./data.ts";
import { fourDigits } from "./number.ts";

const MARKS = { holds: "✓", fails: "✗", "not judged": "–" };

/** A verdict with its mark, in its colour. */
export function mark({ verdict }: Pick<Judgement, "verdict">): Markup {
  return html`
    <span
      class="mark ${verdict.replace(
        " ",
        "-",
      )}"><span aria-hidden="true">${MARKS[verdict]}</span> ${verdict}</span>
  `;
}

/** The referee's table. */
export function claimsSection({ claims }: ReportData): Section {
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

function evidence(
  { evidence: { summary, expression, seeds } }: Judgement,
): Markup {
  const findings = Object.entries(seeds);
  const values = findings.flatMap(([seed, { holds, values = {} }]) =>
    Object.entries(values).map(([text, value]) =>
      html`<tr>${
        findings.length > 1
          ? html`<td>seed ${seed} ${holds ? "✓" : "✗"}</td>`
          : NOTHING
      }<td><code>${text}</code></td><td class="number">${
        fourDigits(value)
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

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
