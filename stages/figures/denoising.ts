/** The exercise's optional task: noisy input, output, original, and loss against noise. */
import type { Task } from "../../pipeline/stage/task.ts";
import { type Denoising, DenoisingSchema } from "../formats/denoising.ts";
import { readJson } from "../formats/json.ts";
import { listed, thousands } from "../formats/number.ts";
import { writeFigure } from "./figure.ts";
import {
  cellsOf,
  COLUMNS,
  gridOf,
  heightOfRows,
  HIGHEST,
  type Row,
} from "./grid.ts";
import { CHART_HEIGHT, drawChart, meanErrors } from "./noise-chart.ts";
import { greys, WIDTH } from "./page.ts";
import {
  type Compared,
  distinction,
  scaleAxis,
  seedsShown,
  type Series,
  seriesOf,
  someOf,
} from "./series.ts";
import { type Settings, shown } from "./shown.ts";

/** The figure's settings. */
export interface Params extends Settings, Compared {
  /** So many of the first test images were kept with noise. */
  readonly kept: number;
}

/** Draws all networks, or of many the pictures of some. */
export default async function denoising(task: Task<Params>): Promise<void> {
  const { kept, width: columns, study } = task.params;
  const { originals, read, size, name } = shown(task, {
    kept,
    most: COLUMNS[columns],
  });
  const noisy = read(task.inputs("noisy")[0]!.path); // the same for every network
  const denoised = task.inputs("denoised");
  const all = seriesOf(
    study,
    task.inputs("denoisings").map(({ point, path }, index) => ({
      point,
      measured: readJson(path, DenoisingSchema),
      outputs: () => read(denoised[index]!.path),
    })),
  );
  const { shown_level: level, images } = all[0]!.shown.measured;
  await writeFigure(task, "denoising", () => {
    const width = WIDTH[columns];
    const label = ({ label }: typeof all[number]) => ({
      label: "output",
      note: label,
    });
    const { cell } = cellsOf(originals.length, width, [
      { label: "original" },
      { label: "noisy", note: `σ = ${level}` },
      ...all.map(label),
    ], size);
    const { groups, said } = someOf(
      all,
      Math.max(
        1,
        Math.floor(
          (HIGHEST - CHART_HEIGHT - 2 * cell.height - 20) /
            heightOfRows([label(all[0]!)], cell),
        ),
      ),
    );
    const rows: Row[] = [
      { label: "original", pictures: greys(originals, size.width) },
      {
        label: "noisy",
        note: `σ = ${level}`,
        pictures: greys(noisy, size.width),
      },
      ...groups.map((group, index): Row => ({
        ...label(group),
        pictures: greys(group.shown.outputs(), size.width),
        ...(index === 0 && { space: 4 }),
      })),
    ];
    const grid = gridOf(rows, { width });
    const y = Math.ceil(grid.height) + 6;
    return {
      title: `Noisy images and what the networks make of them, ${
        distinction(study, all)
      }`,
      width,
      height: y + CHART_HEIGHT,
      draw(context) {
        grid.draw(context);
        drawChart(context, { y, width }, all, scaleAxis(study));
      },
      caption: [
        `Noise of standard deviation σ = ${level} on ${name}, and what the networks make of it, ${
          distinction(study, all)
        }.`,
        `Below: mean squared error to the original, over ${
          images === 1 ? "one test image" : `${thousands(images)} test images`
        }, against σ; dashed: the noisy images themselves, whose error without noise is 0${
          all[0]!.all.length > 1
            ? "; bands: from the least to the greatest of the seeds, lines: their mean"
            : ""
        }.`,
        gains(all),
        ...said,
        ...seedsShown(all),
      ],
    };
  });
}

/** At which noise the outputs are nearer to the original than what the networks were given. */
function gains(
  groups: readonly Series<{ readonly measured: Denoising }>[],
): string {
  const { levels } = groups[0]!.shown.measured; // there is a network
  const by = Map.groupBy(groups, (group) => {
    const errors = meanErrors(group);
    const better = levels.filter(({ noisy_mse }, at) =>
      errors[at + 1]! < noisy_mse
    ).map(({ level }) => level);
    return better.length === 0
      ? "at no noise that was tried"
      : better.length > 2 && better[0] === levels.at(-better.length)?.level
      ? `from σ = ${better[0]} on`
      : `at σ = ${listed(better)}`;
  });
  const nearer = "The output is nearer to the original than the noisy image is";
  if (by.size === 1) return `${nearer} ${[...by.keys()][0]}.`;
  if (by.size > 3) {
    const never = by.get("at no noise that was tried")?.length ?? 0;
    return `${nearer}, at some noise, with ${
      groups.length - never
    } of ${groups.length} settings.`;
  }
  const parts = Array.from(
    by,
    ([noise, some]) =>
      `${noise} with ${
        some.length <= 4
          ? listed(some.map(({ label }) => label))
          : `${some.length} of ${groups.length} settings`
      }`,
  );
  return `${nearer} ${parts.join("; ")}.`;
}
