/** What every figure ends with: its page in three forms, and its caption for LaTeX. */
import type { Task } from "../../pipeline/stage/task.ts";
import { type Dataset, DatasetSchema } from "../formats/dataset.ts";
import { readJson } from "../formats/json.ts";
import { registerFont } from "./font.ts";
import { type Page, render } from "./page.ts";
import { escapeTex } from "./tex.ts";

/** The sentence that stands in every caption over data that is not the paper's. */
export const STAND_IN = "Stand-in data (drawn glyphs), not MNIST.";

/** Reads the dataset's description. */
export function readDataset<Params, Hints>(task: Task<Params, Hints>): Dataset {
  return readJson(task.input("dataset"), DatasetSchema);
}

/** Writes `png`, `svg`, `pdf` and `tex`. Text before the page is drawn needs the font, too. */
export async function writeFigure<Params, Hints>(
  task: Task<Params, Hints>,
  name: string,
  describe: () => { readonly page: Page; readonly caption: string },
): Promise<void> {
  registerFont();
  const { page, caption } = describe();
  const { png, svg, pdf } = await render(page);
  Deno.writeFileSync(task.output("png"), png);
  Deno.writeTextFileSync(task.output("svg"), svg);
  Deno.writeFileSync(task.output("pdf"), pdf);
  Deno.writeTextFileSync(task.output("tex"), latex(name, page, caption));
}

/** A LaTeX figure, wide ones across both columns. */
export function latex(
  name: string,
  { width }: Pick<Page, "width">,
  caption: string,
): string {
  const environment = width > 300 ? "figure*" : "figure";
  const measure = width > 300 ? "\\textwidth" : "\\columnwidth";
  return [
    `\\begin{${environment}}`,
    "  \\centering",
    `  \\includegraphics[width=${measure}]{figures/${name}.pdf}`,
    `  \\caption{${escapeTex(caption)}}`,
    `  \\label{fig:${name}}`,
    `\\end{${environment}}`,
    "",
  ].join("\n");
}
