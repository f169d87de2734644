/** A verdict as the page writes it: mark, word and colour. */
import { html, type Markup } from "./html.ts";
import type { Judgement } from "../formats/claims.ts";

const MARKS = { holds: "✓", fails: "✗", "not judged": "–" };

/** The mark before a claim. */
export function mark({ verdict }: Pick<Judgement, "verdict">): Markup {
  return html`
    <span
      class="mark ${verdict.replace(
        " ",
        "-",
      )}"><span aria-hidden="true">${MARKS[verdict]}</span> ${verdict}</span>
  `;
}
