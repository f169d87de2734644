/**
 * The report of a paper of one's own: one page that says what holds, and shows the
 * figures, what was measured and where it came from. It has no code, needs no
 * network, and the same inputs give the same bytes.
 */
import type { JsonObject } from "../../pipeline/stage/json.ts";
import type { Task } from "../../pipeline/stage/task.ts";
import { ClaimsSchema } from "../formats/claims.ts";
import { readJson } from "../formats/json.ts";
import { GatheredSchema } from "../formats/measured.ts";
import { claimsSection, score } from "../report/claims.ts";
import { compose } from "../report/document.ts";
import { drawGraph, type GraphStage } from "../report/graph.ts";
import { html, type Markup, NOTHING, type Section } from "../report/html.ts";
import { measuredBy } from "../report/measured.ts";
import { parametersSection } from "../report/parameters.ts";
import { namesOf } from "./authors.ts";
import type { Author } from "./schema.ts";

/** What the page says beside its inputs. */
export interface Params {
  readonly paper: {
    readonly title: string;
    readonly version: string;
    readonly abstract: string;
    readonly repository?: string;
  };
  readonly authors: readonly Author[];
  /** The resolved configuration. */
  readonly settings: JsonObject;
  /** The version of Deno. */
  readonly deno: string;
  /** Each an input `figure ARTIFACT`. */
  readonly figures: readonly {
    readonly artifact: string;
    readonly title: string;
  }[];
  readonly graph: readonly GraphStage[];
}

/** Figures are as wide as the page, on paper whatever the theme. */
const PLATE = ".plate img { width: 100%; height: auto; background: #fff }";

/** Writes `report`, a page of HTML. */
export default async function report(task: Task<Params>): Promise<void> {
  const { paper, authors, settings, deno, graph } = task.params;
  const claims = readJson(task.input("claims"), ClaimsSchema);
  const gathered = readJson(task.input("metrics"), GatheredSchema);
  const page = await compose({
    title: paper.title,
    style: PLATE,
    banner: NOTHING,
    header: html`<header>
<p class="kicker">Reproduction report</p>
<h1>${paper.title}</h1>
<p class="byline">${namesOf(authors).join(", ")}, version ${paper.version}</p>
${score(claims)}
<div class="abstract"><p class="kicker">Abstract</p><p>${paper.abstract.trim()}</p></div>
</header>`,
    sections: [
      claimsSection({
        claims,
        several: claims.some(({ evidence }) => evidence.seeds_judged > 1),
      }),
      figuresSection(task),
      section(
        "measured",
        "Measurements",
        measuredBy(gathered),
        "Nothing was measured.",
      ),
      {
        id: "pipeline",
        title: "Pipeline",
        body: html`
          <figure class="wide pipeline">
            <section class="scroll" tabindex="0"
              aria-label="Picture of the pipeline">${drawGraph(graph)}</section>
            <figcaption>An arrow leads from a stage to one that reads its results; what follows from other arrows is left out.</figcaption>
          </figure>
        `,
      },
      parametersSection({ settings, environment: { deno } }),
      rerunSection(task.params),
    ],
  });
  Deno.writeTextFileSync(task.output("report"), page);
}

/** The figures as they are in the paper, each with its caption. */
function figuresSection(
  { params, input }: Pick<Task<Params>, "params" | "input">,
): Section {
  const figures = params.figures.map(({ artifact, title }) => {
    const bytes = Deno.readFileSync(input(`figure ${artifact}`));
    const vector = artifact.endsWith(".svg");
    const caption = vector ? captionOf(new TextDecoder().decode(bytes)) : "";
    const type = vector ? "image/svg+xml" : "image/png";
    return html`
      <figure
        class="plate"><img alt="${caption ||
          title}" src="data:${type};base64,${bytes
          .toBase64()}"><figcaption>${caption ||
          title} <code>${artifact}</code></figcaption></figure>
    `;
  });
  return section("figures", "Figures", figures, "The paper has no figure.");
}

/** What a picture says of itself, to those who do not see it. */
function captionOf(svg: string): string {
  const [, text = ""] = /<desc[^>]*>([^<]*)<\/desc>/.exec(svg) ?? [];
  return text.replace(
    /&(lt|gt|quot|apos|amp);/g,
    (_, name: string) => ENTITIES[name]!,
  )
    .trim();
}

const ENTITIES: { readonly [name: string]: string } = {
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  amp: "&",
};

function section(
  id: string,
  title: string,
  parts: readonly Markup[],
  none: string,
): Section {
  return {
    id,
    title,
    body: parts.length > 0 ? html`${parts}` : html`<p>${none}</p>`,
  };
}

function rerunSection({ paper: { repository }, deno }: Params): Section {
  const commands = [
    ...(repository === undefined
      ? []
      : [`git clone ${repository} paper && cd paper`]),
    `npx -y deno@${deno} task reproduce`,
  ].join("\n");
  return {
    id: "rerun",
    title: "Rerun",
    body: html`
      <p>In the project's folder, with Node.js and what the stages call. This page, the figures and all numbers come out with the same bytes.</p>
      <div class="listing">
        <pre tabindex="0"><code>${commands}</code></pre>
      </div>
    `,
  };
}
