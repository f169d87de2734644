/**
 * Where the artifacts of an archive, and the texts of its sources, contradict the
 * record or each other. Part of the archive's verifier: what it is given may be of
 * any form, and the engine reports what goes wrong here.
 */
import { canonical, type Json } from "../../pipeline/stage/json.ts";
import { measurementsIn } from "../claims/judgement.ts";
import type { Curve } from "../formats/curve.ts";
import type { Metrics } from "../formats/metrics.ts";
import {
  findings as metadataFindings,
  type Recorded,
} from "../onnx/metadata.ts";
import { quoteFindings } from "../quotes/findings.ts";

/** A sentence for each contradiction. */
export function findings(
  record: Recorded & { readonly experiment: Json },
  read: (path: string) => Uint8Array,
  source: (path: string) => Uint8Array,
): string[] {
  const json = (path: string) =>
    JSON.parse(new TextDecoder().decode(read(path)));
  const metrics: Metrics = json("metrics.json");
  const curves = new Map(
    Object.keys(record.artifacts).flatMap((path) => {
      const [, name] = /^curves\/(.+)\.json$/.exec(path) ?? [];
      return name === undefined ? [] : [[name, json(path) as Curve]];
    }),
  );
  return [
    ...metadataFindings(record, read),
    ...curveFindings(metrics, curves),
    ...quoteFindings(
      record.experiment,
      measurementsIn(
        metrics,
        new Map([...curves].map(([name, { steps }]) => [name, steps])),
      ),
      source,
    ),
  ];
}

/** The curves' losses stand in the metrics as well. */
function curveFindings(
  { models }: Metrics,
  curves: ReadonlyMap<string, Curve>,
): string[] {
  return Object.entries(models).flatMap(([name, model]) => {
    const path = `curves/${name}.json`;
    const curve = curves.get(name);
    if (!curve) return [`metrics.json has ${name}, and there is no ${path}`];
    const { learning_rate, seed, epochs, engine } = curve;
    const here = { learning_rate, seed, epochs, engine: engine.name };
    return Object.entries(here).flatMap(([key, value]) => {
      const said = model[key as keyof typeof here];
      return canonical(said) === canonical(value)
        ? []
        : [`metrics.json has another ${key} of ${name} than ${path}`];
    });
  });
}
