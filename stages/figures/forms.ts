/** What every figure is written as: its page in three forms, and its caption for LaTeX. */
import type { Task } from "../../pipeline/stage/task.ts";
import { type Page, render, type Signed } from "./page.ts";
import { escapeTex } from "./tex.ts";

/** What is drawn, and what is said below it. */
export interface Figure extends Omit<Page, "description"> {
  /** Sentences. */
  readonly caption: readonly string[];
}

/**
 * Writes `png`, `svg`, `pdf` and `tex`. A height may be broken: the page is
 * rounded up.
 */
export async function writeForms(
  task: Pick<Task<Signed>, "params" | "output">,
  name: string,
  { caption, ...drawn }: Figure,
): Promise<void> {
  const page: Page = {
    ...drawn,
    description: caption.join(" "),
    height: Math.ceil(drawn.height),
  };
  const { png, svg, pdf } = await render(page, task.params.imprint);
  Deno.writeFileSync(task.output("png"), png);
  Deno.writeTextFileSync(task.output("svg"), svg);
  Deno.writeFileSync(task.output("pdf"), pdf);
  Deno.writeTextFileSync(task.output("tex"), latex(name, page, caption));
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
