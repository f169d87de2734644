/**
 * The pipeline of a paper of one's own: its stages, and those that every paper has.
 * What any stage measured is gathered, judged, quoted and reported.
 */
import type {
  Declaration,
  Input,
  Output,
  Pipeline,
  Point,
  Stage,
} from "../../pipeline/stage/declaration.ts";
import {
  every,
  file,
  output,
  pointsOf,
} from "../../pipeline/stage/declaration.ts";
import type { JsonObject } from "../../pipeline/stage/json.ts";
import {
  declaredStages,
  METRICS,
  type StageTables,
} from "../../pipeline/stage/table.ts";
import { graphOf, ordered, producers } from "./graph.ts";
import { coordinate } from "../formats/axis.ts";
import type { Author } from "./schema.ts";
import { axesOf } from "./variation.ts";

/** What of an experiment these stages need. */
interface Paper {
  readonly paper: {
    readonly title: string;
    readonly version: string;
    readonly abstract: string;
    readonly repository?: string;
    readonly strict: boolean;
    readonly numbers: readonly {
      readonly file?: string;
      readonly pattern?: string;
      readonly name?: string;
      readonly digits?: number;
      readonly value: string;
    }[];
  };
  readonly authors: readonly Author[];
  readonly axes: Parameters<typeof axesOf>[0]["axes"];
  readonly claims: readonly object[];
  readonly stage?: StageTables;
}

/** The stages of a paper, from its own. One whose output is called `metrics` measures. */
export function paperPipeline<Config extends Paper>(
  own: readonly Stage<Config>[],
): Pipeline<Config> {
  const metrics: Stage<Config> = {
    name: "metrics",
    title: "Gather what was measured",
    at(config) {
      const stages = measuring(allStages(own, config), config);
      return {
        runs: { kind: "module", module: "stages/paper/metrics.ts" },
        place: "head",
        params: { measuring: stages, ...leavable(config) },
        inputs: Object.fromEntries(
          stages.map((stage) => [`measured ${stage}`, every(stage, METRICS)]),
        ),
        outputs: {
          metrics: { file: "metrics.json", artifact: "metrics.json" },
        },
      };
    },
  };
  const stages = [...own, metrics, ...judging<Config>()];
  const report: Stage<Config> = {
    name: "report",
    title: "Write the report",
    at: (config) => reportAt(config, own, stages),
  };
  return {
    stages: [...stages, report],
    declared: (config) => declaredStages(config.stage ?? {}, own),
    verdicts: "claims.json",
    metrics: "metrics.json",
  };
}

/** Axes that a point leaves out where it is as the tables are. */
function leavable(config: Paper): { axes?: JsonObject } {
  const left = axesOf(config)
    .filter(({ setting }) => !config.axes.always.includes(setting));
  return left.length === 0 ? {} : {
    axes: Object.fromEntries(
      left.map(({ name, setting, base }) => [
        name,
        { setting, base: coordinate(base) },
      ]),
    ),
  };
}

/** What everything that was measured is read from. */
const MEASURED = { metrics: output("metrics", "metrics") };

/** The stages that hold texts against what was measured. */
function judging<Config extends Paper>(): Stage<Config>[] {
  return [
    {
      name: "claims",
      title: "Judge the claims",
      at: ({ claims }) => ({
        runs: { kind: "module", module: "stages/paper/claims.ts" },
        place: "head",
        params: { claims: claims.map(plain) },
        inputs: MEASURED,
        outputs: { claims: { file: "claims.json", artifact: "claims.json" } },
      }),
    },
    {
      name: "quotes",
      title: "Compare the numbers that texts quote",
      at({ paper: { numbers, strict } }) {
        const quotes = numbers.flatMap(({ file, pattern, value }) =>
          file === undefined || pattern === undefined
            ? []
            : [{ file, pattern, value }]
        );
        const texts = new Set(quotes.map((quote) => quote.file));
        return {
          runs: { kind: "module", module: "stages/paper/quotes.ts" },
          place: "head",
          params: { numbers: quotes, ...(strict && { strict }) },
          inputs: {
            ...MEASURED,
            ...Object.fromEntries(
              [...texts].map((path) => [`text ${path}`, file(path)]),
            ),
          },
          outputs: { quotes: { file: "quotes.json" } },
        };
      },
    },
    {
      name: "numbers",
      title: "Write the numbers of the text",
      at: ({ paper: { numbers } }) => ({
        runs: { kind: "module", module: "stages/paper/numbers.ts" },
        place: "head",
        params: {
          numbers: numbers.flatMap(({ name, digits = 3, value }) =>
            name === undefined ? [] : [{ name, digits, value }]
          ),
        },
        inputs: MEASURED,
        outputs: {
          tex: { file: "numbers.tex", artifact: "numbers.tex" },
          json: { file: "numbers.json", artifact: "numbers.json" },
        },
      }),
    },
  ];
}

function reportAt<Config extends Paper>(
  config: Config,
  own: readonly Stage<Config>[],
  stages: readonly Stage<Config>[],
): Declaration {
  const { paper, authors, claims: _, ...settings } = config;
  const figures = figuresOf(allStages(own, config), config);
  const read = {
    ...MEASURED,
    claims: output("claims", "claims"),
    ...Object.fromEntries(
      figures.map(({ artifact, input }) => [`figure ${artifact}`, input]),
    ),
  };
  const { title, version, abstract, repository } = paper;
  return {
    runs: { kind: "module", module: "stages/paper/report.ts" },
    place: "head",
    params: {
      paper: plain({ title, version, abstract, repository }),
      authors: authors.map(plain),
      settings: plain(settings),
      deno: Deno.version.deno,
      figures: figures.map(({ artifact, title }) => ({ artifact, title })),
      graph: ordered([
        ...graphOf(
          [...stages, ...declaredStages(config.stage ?? {}, own)],
          config,
        ),
        {
          stage: "report",
          title: "Write the report",
          instances: 1,
          inputs: producers(read),
        },
      ]),
    },
    inputs: read,
    outputs: { report: { file: "report.html", artifact: "report.html" } },
  };
}

/** A picture that the report shows. */
interface Figure {
  /** Where it stands under `artifacts/`. */
  readonly artifact: string;
  /** What its stage does. */
  readonly title: string;
  readonly input: Input;
}

/** All pictures below `figures/`; of one in several forms the SVG. */
function figuresOf<Config>(
  stages: readonly Stage<Config>[],
  config: Config,
): Figure[] {
  const all = stages.flatMap((stage) =>
    declarationsOf(stage, config).flatMap(({ point, outputs }) =>
      Object.entries(outputs).flatMap(([name, { artifact = "" }]) =>
        /^figures\/.*\.(svg|png)$/.test(artifact)
          ? [{
            artifact,
            title: stage.title,
            input: output(stage.name, name, point),
          }]
          : []
      )
    )
  );
  const vector = new Set(
    all.flatMap(({ artifact }) =>
      artifact.endsWith(".svg") ? [artifact.slice(0, -4)] : []
    ),
  );
  return all.filter(({ artifact }) =>
    artifact.endsWith(".svg") || !vector.has(artifact.slice(0, -4))
  );
}

/** The paper's own stages, with those that its configuration declares. */
export function allStages<Config extends Pick<Paper, "stage">>(
  own: readonly Stage<Config>[],
  { stage = {} }: Config,
): readonly Stage<Config>[] {
  return [...own, ...declaredStages(stage, own)];
}

/** The names of those that measure. */
export function measuring<Config>(
  stages: readonly Stage<Config>[],
  config: Config,
): string[] {
  return stages.filter((stage) =>
    declarationsOf(stage, config).some(({ outputs }) =>
      Object.hasOwn(outputs, METRICS)
    )
  ).map(({ name }) => name);
}

function declarationsOf<Config>(
  stage: Stage<Config>,
  config: Config,
): { point: Point; outputs: { readonly [name: string]: Output } }[] {
  return pointsOf(stage.matrix?.(config) ?? {}).map((point) => ({
    point,
    outputs: stage.at(config, point, {}).outputs,
  }));
}

/** Settings without those that are not set. */
function plain(settings: object): JsonObject {
  return JSON.parse(JSON.stringify(settings));
}
