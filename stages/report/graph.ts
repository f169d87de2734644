/**
 * The pipeline as a picture: stages in rows from the source to the report, an
 * arrow for what a stage reads. Drawn as plain SVG whose colours come from the
 * page's style; the page's code adds times to it when a run is opened.
 */
import { html, type Markup } from "./html.ts";

/** A stage of the pipeline, as the picture of the graph shows it. A type: it is JSON. */
export type GraphStage = {
  readonly stage: string;
  readonly title: string;
  readonly instances: number;
  /** The stages that it reads from. */
  readonly inputs: readonly string[];
};

const BOX = { width: 164, height: 62 };
const GAP = { x: 18, y: 30 };

/** Letters of a line that fit into a box in any usual font. */
const LETTERS = 21;

interface Place {
  readonly stage: GraphStage;
  readonly x: number;
  readonly y: number;
}

/** The picture, as wide as its widest row. */
export function drawGraph(stages: readonly GraphStage[]): Markup {
  const rows = layers(stages);
  const widest = Math.max(1, ...rows.map((row) => row.length));
  const width = widest * (BOX.width + GAP.x) - GAP.x + 4;
  const height = rows.length * (BOX.height + GAP.y) - GAP.y + 4;
  const places = new Map<string, Place>();
  rows.forEach((row, index) => {
    const indent = (widest - row.length) * (BOX.width + GAP.x) / 2;
    row.forEach((stage, column) =>
      places.set(stage.stage, {
        stage,
        x: 2 + indent + column * (BOX.width + GAP.x),
        y: 2 + index * (BOX.height + GAP.y),
      })
    );
  });
  const arrows = necessary(stages).map(([from, to]) =>
    arrow(places.get(from)!, places.get(to)!)
  );
  return html`
    <svg class="dag" viewBox="0 0 ${width} ${height}" width="${width}"
      height="${height}" role="img" aria-labelledby="dag-title dag-description">
    <title id="dag-title">The pipeline</title>
    <desc id="dag-description">${stages.map(({ stage, inputs }) =>
      inputs.length === 0
        ? `${stage} reads nothing.`
        : `${stage} reads ${inputs.join(", ")}.`
    ).join(" ")}</desc>
    <defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8Z" class="tip"/></marker></defs>
    ${arrows}
    ${[...places.values()].map(box)}
    </svg>
  `;
}

function box({ stage, x, y }: Place): Markup {
  const count = stage.instances > 1 ? ` × ${stage.instances}` : "";
  return html`
    <g class="stage" data-stage="${stage.stage}"
      transform="translate(${x} ${y})">
      <title>${stage.title}</title>
      <rect width="${BOX.width}" height="${BOX.height}" rx="5" />
      <rect class="share" x="0" y="${BOX.height - 4}" width="0" height="4" />
      <text x="12" y="20"
        class="name">${stage.stage}<tspan class="count">${count}</tspan></text>
      ${wrapped(stage.title).map((line, index) =>
        html`<text x="12" y="${37 + 14 * index}" class="note">${line}</text>`
      )}
    </g>
  `;
}

/** A title in two lines; what does not fit is in the table beside the picture. */
function wrapped(title: string): string[] {
  const lines = [""];
  for (const word of title.split(" ")) {
    const last = lines.at(-1) ?? "";
    if (last === "") lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= LETTERS) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines.length <= 2 ? lines : [lines[0] ?? "", `${lines[1]} …`];
}

function arrow(from: Place, to: Place): Markup {
  const [x, y] = [from.x + BOX.width / 2, from.y + BOX.height];
  const [endX, endY] = [to.x + BOX.width / 2, to.y];
  const middle = (y + endY) / 2;
  return html`
    <path class="arrow" marker-end="url(#tip)"
      d="M${x} ${y}C${x} ${middle} ${endX} ${middle} ${endX} ${endY}" />
  `;
}

/** Every stage in the row after the last of those that it reads, which come before it. */
function layers(stages: readonly GraphStage[]): GraphStage[][] {
  const rank = new Map<string, number>();
  const rows: GraphStage[][] = [];
  for (const stage of stages) {
    const above = stage.inputs.map((name) => rank.get(name)!);
    const own = Math.max(-1, ...above) + 1;
    rank.set(stage.stage, own);
    (rows[own] ??= []).push(stage);
  }
  return rows;
}

/** The reads that do not follow from others: the transitive reduction. */
function necessary(stages: readonly GraphStage[]): [string, string][] {
  const byName = new Map(stages.map((stage) => [stage.stage, stage]));
  const reaches = (from: string, to: string): boolean =>
    (byName.get(from)?.inputs ?? []).some((input) =>
      input === to || reaches(input, to)
    );
  return stages.flatMap(({ stage, inputs }) =>
    inputs
      .filter((input) => !inputs.some((other) => reaches(other, input)))
      .map((input): [string, string] => [input, stage])
  );
}
