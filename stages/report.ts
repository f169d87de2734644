/**
 * The report: one page that says what holds, shows how it was found, and lets
 * the reader try the trained networks. It needs no network, and the same inputs
 * give the same bytes.
 */
import type { Task } from "../pipeline/task.ts";
import { claimsSection } from "./report/claims.ts";
import { curves } from "./report/curve.ts";
import { compose } from "./report/document.ts";
import { banner, header } from "./report/heading.ts";
import { livingSection } from "./report/living.ts";
import { read } from "./report/material.ts";
import type { Params } from "./report/params.ts";
import {
  citationSection,
  digestsSection,
  graphSection,
  parametersSection,
} from "./report/provenance.ts";
import {
  curvesSection,
  denoisingSection,
  reconstructionsSection,
} from "./report/results.ts";
import { band } from "./report/settings.ts";

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
