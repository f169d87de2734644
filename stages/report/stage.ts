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
import { livingSection } from "./living.ts";
import { read } from "./material.ts";
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
import { band } from "./settings.ts";

export type { Params };

/** Writes `report`, a page of HTML. */
export default async function report(task: Task<Params>): Promise<void> {
  const { params } = task;
  const material = await read(task);
  const page = await compose({
    title: String(params.paper.title),
    banner: banner(material),
    header: header(params, material),
    sections: [
      claimsSection(material),
      curvesSection(material),
      reconstructionsSection(),
      livingSection(material),
      denoisingSection(material),
      graphSection(params),
      parametersSection(params),
      digestsSection(material),
      citationSection(params),
    ],
    material: {
      curves: curves(material.trainings),
      ...band(params.settings),
      layers: material.layers,
      digits: material.digits,
      originals: material.originals,
      networks: material.networks.map(
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
