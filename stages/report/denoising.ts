/** The section of the report on the exercise's optional task: what noise does. */
import { findings } from "../evaluation/explanation.ts";
import type { ReportData } from "./data.ts";
import { ofDigits } from "../formats/dataset.ts";
import { html, type Markup, NOTHING, type Section } from "./html.ts";
import { aligned, counted, digits, grouped, listed, span } from "./number.ts";

/** The errors by group of networks and level of noise, and what they show: of each dataset. */
export function denoisingSection(data: ReportData): Section {
  const parts = [...Map.groupBy(data.study.groups, (group) => group.data)];
  return {
    id: "denoising",
    title: "Denoising",
    body: html`${
      parts.map(([name, groups]) =>
        part({ ...data, study: { ...data.study, groups } }, name)
      )
    }`,
  };
}

function part(data: ReportData, name: string | null): Markup {
  const { groups } = data.study;
  const { images, levels } = groups[0]!.networks[0]!.denoising; // there is one
  const seeds = data.study.seeds.length > 1
    ? "; of the outputs the mean over the seeds, and below it from the least to the greatest"
    : "";
  const title = `${
    name === null ? "" : `Of ${name}: `
  }Mean squared error to the clean image over ${
    images === 1
      ? "the first test image"
      : `the first ${counted(images, "test image")}`
  }, by the noise's standard deviation; bold where the output is closer to it than the noisy input${seeds}`;
  const noisy = [0, ...levels.map(({ noisy_mse }) => noisy_mse)];
  const outputs = groups.map(({ networks }) =>
    noisy.map((_, column) =>
      networks.map(({ denoising }) =>
        column === 0
          ? denoising.clean_mse
          : denoising.levels[column - 1]!.output_mse
      )
    )
  );
  const columns = noisy.map((noise, column) =>
    cells(noise, outputs.map((row) => row[column]!))
  );
  const row = (head: string, place: number) =>
    html`<tr><th scope="row">${head}</th>${
      columns.map((cells) => cells[place]!)
    }</tr>`;
  return html`
    <p class="caption">${title}</p>
    <section class="scroll tall" tabindex="0"
      aria-label="Errors under noise">
      <table>
        <thead>
          <tr><th scope="col">Noise</th><th scope="col" class="number">none</th>${levels
            .map(({ level }) =>
              html`<th scope="col" class="number">${level}</th>`
            )}</tr>
        </thead>
        <tbody>${row("Noisy input", 0)}${groups.map((
          { label },
          place,
        ) => row(`Output, ${label}`, place + 1))}</tbody>
      </table>
    </section>
    <ul class="findings">${explanations(data)}</ul>
  `;
}

/** The cells of a level: of the noisy input, then of each group. */
function cells(
  noise: number,
  outputs: readonly (readonly number[])[],
): Markup[] {
  const means = outputs.map(mean);
  const texts = aligned([noise, ...means].map((value) => digits(value)));
  return texts.map((text, place) => {
    const values = outputs[place - 1];
    if (values === undefined) return html`<td class="number">${text}</td>`;
    const [low, high] = [Math.min(...values), Math.max(...values)]
      .map((value) => digits(value, 3));
    const range = values.length === 1 || low === high
      ? NOTHING
      : html`<br><small>${low!}–${high!}</small>`;
    const number = means[place - 1]! < noise
      ? html`<strong>${text}</strong>`
      : text;
    return html`<td class="number">${number}${range}</td>`;
  });
}

/** What the numbers show: groups of which the same is to be said, said once. */
function explanations({ study, dataset }: ReportData): Markup[] {
  const { groups } = study;
  const { data, architecture: { chain: { input } } } = groups[0]!; // there is one
  const digits = data === null ? ofDigits(dataset) : data === "mnist";
  const found = findings(
    groups.map(({ label, networks }) => ({
      name: label,
      measured: networks.map(({ denoising }) => denoising),
    })),
    digits ? "digit" : "image",
  );
  const pixels = input.height * input.width;
  const codes = groups.map(({ architecture: { code: { shape } } }) =>
    shape.channels * shape.height * shape.width
  );
  const [axis] = study.axes;
  return [
    ...found.map(({ names, sentence }) =>
      html`<li>${study.axes.length === 1 ? `${axis!} ` : ""}${
        listed(names)
      }: ${sentence}</li>`
    ),
    ...(found.some(({ cleans }) => cleans) && Math.max(...codes) < pixels
      ? [
        html`<li>No network saw noise while it was trained. Its output is made from the ${
          span(codes)
        } numbers of its code alone, too few to hold the noise of ${
          grouped(pixels)
        } pixels.</li>`,
      ]
      : []),
  ];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
