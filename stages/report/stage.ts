/**
 * The report: one page that says what holds, shows how it was found, and lets
 * the reader try the trained networks. It needs no network, and the same inputs
 * give the same bytes.
 */
import type { Task } from "../../pipeline/stage/task.ts";
import { claimsSection } from "./claims.ts";
import { curves } from "./curve.ts";
import { compose } from "./document.ts";
import { banner, header } from "./heading.ts";
import { playgroundSection } from "./playground.ts";
import { read } from "./data.ts";
import type { Params } from "./params.ts";
import {
  citationSection,
  digestsSection,
  graphSection,
  parametersSection,
} from "./provenance.ts";
import {
  curvesSection,
  denoisingSection,
  reconstructionsSection,
} from "./results.ts";

export type { Params };

/** Writes `report`, a page of HTML. */
export default async function report(task: Task<Params>): Promise<void> {
  const { params } = task;
  const data = await read(task);
  const { scale, band } = params.settings.figures.learning_curves;
  const page = await compose({
    title: params.paper.title,
    banner: banner(data),
    header: header(params, data),
    sections: [
      claimsSection(data),
      curvesSection(data),
      reconstructionsSection(),
      playgroundSection(data),
      denoisingSection(data),
      graphSection(params),
      parametersSection(params),
      digestsSection(data),
      citationSection(params),
    ],
    data: {
      curves: curves(data.trainings),
      scale,
      band,
      layers: data.layers,
      digits: data.digits,
      originals: data.originals,
      networks: data.networks.map(
        ({ name, learningRate, seed, weights, outputs }) => ({
          name,
          learningRate,
          seed,
          weights,
          outputs,
        }),
      ),
    },
  });
  await Deno.writeTextFile(task.output("report"), page);
}
