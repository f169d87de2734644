/** The caption of the learning curves. */
import { threeDigits } from "../formats/number.ts";
import { bandText, markedEpochs, within } from "./annotation.ts";
import { windowOf } from "./curve.ts";
import type { Chart } from "./curves-lines.ts";
import type { LossAxis } from "./loss-axis.ts";

/** Sentences, with what was done to the numbers. */
export function captionOf(chart: Chart): string[] {
  const { families, by, colours, axis, band, named, raw, marked, smoothing } =
    chart;
  const all = families.flatMap(({ curves }) => curves);
  const seeds = families[0]!.curves.length; // there is a network
  const several = seeds > 1;
  const steps = Math.max(...all.map(({ steps }) => steps.length));
  const epochs = Math.max(...all.map(({ epochs }) => epochs.length));
  const window = windowOf(smoothing, steps);
  const least = Math.min(
    ...all.map(({ steps }) => windowOf(smoothing, steps.length)),
  );
  const smoothed = `mean over a centred window of ${
    least < window ? `${least} to ${window}` : window
  } steps, narrower at the ends`;
  const marks = markedEpochs(epochs);
  return [
    `Learning curve${
      families.length === 1 ? "" : "s"
    }: mean squared error against the epoch, ${by}.`,
    ...(named || !colours ? [] : [
      `The colours stand for ${colours.name.replaceAll("_", " ")}.`,
    ]),
    several
      ? `Lines: training, the mean of ${seeds} seeds${
        window === 1 ? "" : `, of each the ${smoothed}`
      }${named ? "; bands: from the least to the greatest of the seeds" : ""}.`
      : window === 1
      ? "Lines: each step of the training."
      : raw
      ? `Thin lines: each step of the training; thick lines: its ${smoothed}.`
      : `Lines: the steps of the training, their ${smoothed}.`,
    ...(marked
      ? [
        `Marks: the validation images after ${
          marks.length < epochs
            ? `every ${marks[1]! - marks[0]!} epochs`
            : epochs === 1
            ? "the epoch"
            : "each epoch"
        }${several ? ", mean of the seeds" : ""}.`,
      ]
      : []),
    ...leaving(axis),
    ...(band
      ? [
        `Grey: the band from ${
          bandText(band).join(" to ")
        } in which the paper finds the error with learning rate ${band.learning_rate}.`,
      ]
      : []),
  ];
}

function leaving({ excursions }: LossAxis): string[] {
  if (excursions.length === 0) return [];
  const most = Math.max(...excursions.map((one) => one.most));
  const steps = Math.max(...excursions.map((one) => one.steps));
  return excursions.length === 1
    ? [
      `With ${
        excursions[0]!.label
      } the error leaves the figure (arrow): up to ${threeDigits(most)} ${
        within(steps)
      }.`,
    ]
    : [
      `Of ${excursions.length} curves the error leaves the figure (arrows): up to ${
        threeDigits(most)
      } ${within(steps)}.`,
    ];
}
