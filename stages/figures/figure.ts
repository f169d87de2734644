/** What every figure ends with: its page in three forms, and its caption for LaTeX. */
import type { Task } from "../../pipeline/stage/task.ts";
import { type Dataset, DatasetSchema } from "../formats/dataset.ts";
import { readJson } from "../formats/json.ts";
import { font } from "./font.ts";
import { type Page, render, type Signed } from "./page.ts";
import { escapeTex } from "./tex.ts";

/** What is drawn, and what is said below it. */
export interface Figure extends Omit<Page, "description"> {
  /** Sentences. */
  readonly caption: readonly string[];
}

/** What every figure over data that is not the paper's says, in picture and caption. */
const STAND_IN = "Stand-in data: synthetic digits, not MNIST.";

/**
 * Writes `png`, `svg`, `pdf` and `tex`. A height may be broken: the page is
 * rounded up.
 */
export async function writeFigure(
  task: Task<Signed>,
  name: string,
  describe: (dataset: Dataset) => Figure | Promise<Figure>,
): Promise<void> {
  const dataset = readJson(task.input("dataset"), DatasetSchema);
  const { stand_in } = dataset;
  const { caption, ...drawn } = await describe(dataset);
  const sentences = stand_in ? [...caption, STAND_IN] : caption;
  const page: Page = {
    ...drawn,
    description: sentences.join(" "),
    height: Math.ceil(drawn.height) + (stand_in ? 12 : 0),
    draw(context) {
      drawn.draw(context);
      if (!stand_in) return;
      context.font = font(7.5, 600);
      context.fillStyle = "#b00000";
      context.textAlign = "left";
      context.textBaseline = "alphabetic";
      context.fillText(STAND_IN, 0, drawn.height + 9);
    },
  };
  const { png, svg, pdf } = await render(page, task.params.imprint);
  Deno.writeFileSync(task.output("png"), png);
  Deno.writeTextFileSync(task.output("svg"), svg);
  Deno.writeFileSync(task.output("pdf"), pdf);
  Deno.writeTextFileSync(
    task.output("tex"),
    latex(name, page, sentences),
  );
}

/** A LaTeX figure, wide ones across both columns; a list of figures has its first sentence. */
export function latex(
  name: string,
  { width }: Pick<Page, "width">,
  [title = "", ...more]: readonly string[],
): string {
  const environment = width > 300 ? "figure*" : "figure";
  const measure = width > 300 ? "\\textwidth" : "\\columnwidth";
  return [
    `\\begin{${environment}}`,
    "  \\centering",
    `  \\includegraphics[width=${measure}]{figures/${name}.pdf}`,
    `  \\caption[{${escapeTex(title)}}]{${
      escapeTex([title, ...more].join(" "))
    }}`,
    `  \\label{fig:${name}}`,
    `\\end{${environment}}`,
    "",
  ].join("\n");
}
