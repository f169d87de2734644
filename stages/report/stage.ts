/**
 * The report: one page that says what holds, shows how it was found, and lets
 * the reader try the trained networks. It needs no network, and the same inputs
 * give the same bytes.
 */
import type { Task } from "../../pipeline/stage/task.ts";
import { claimsSection } from "./claims.ts";
import { curves, DENSE } from "./curve.ts";
import { denoisingSection } from "./denoising.ts";
import { compose } from "./document.ts";
import { LIVELY } from "./lively.ts";
import { banner, header } from "./heading.ts";
import { playgroundSection } from "./playground.ts";
import { read } from "./data.ts";
import { parametersSection } from "./parameters.ts";
import type { Params } from "./params.ts";
import { citationSection, digestsSection, graphSection } from "./provenance.ts";
import { curvesSection, orderOf, reconstructionsSection } from "./results.ts";

export type { Params };

/** Writes `report`, a page of HTML. */
export default async function report(task: Task<Params>): Promise<void> {
  const { params } = task;
  const data = await read(task);
  const { scale } = params.settings.figures.learning_curves;
  // Of a stand-in the paper says nothing.
  const band = data.dataset.stand_in ? null : params.band;
  const { digits, originals, networks, architectures, playground } =
    data.samples;
  const { groups } = data.study;
  const order = orderOf(groups);
  const lines = curves(
    groups.map(({ networks }) => networks.map(({ training }) => training)),
  );
  const page = await compose({
    ...LIVELY,
    title: params.paper.title,
    banner: banner(data),
    header: header(params, data),
    sections: [
      claimsSection({
        claims: data.claims,
        several: data.study.seeds.length > 1,
      }),
      curvesSection({ band }, data),
      reconstructionsSection(data),
      playgroundSection(data),
      denoisingSection(data),
      graphSection(params),
      parametersSection(params),
      digestsSection(data),
      citationSection(params),
    ],
    data: {
      curves: lines.map((line, index) => ({
        ...line,
        label: groups[index]!.label,
        place: order?.places[index] ?? index / Math.max(1, lines.length - 1),
      })),
      dense: lines.length > DENSE,
      scale,
      band: band && [band.low, band.high],
      size: { height: data.dataset.height, width: data.dataset.width },
      digits,
      originals,
      networks,
      architectures: architectures.map(({ chain, code }) => ({
        chain,
        depth: code.layers,
      })),
      runs: playground.kind === "runs",
    },
  });
  await Deno.writeTextFile(task.output("report"), page);
}
