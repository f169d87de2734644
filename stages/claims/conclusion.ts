/**
 * The verdicts on claims over what was measured, whatever was measured: a pure
 * function, for a stage as for an archive's verifier.
 */
import type { Judgement } from "../formats/claims.ts";
import type { Gathered } from "../formats/measured.ts";
import { listed } from "../formats/number.ts";
import { DATASET } from "../formats/axis.ts";
import type { Ground, Measured, Observed } from "./evaluate.ts";
import { type Claim, type Finding, judge } from "./judge.ts";
import { selected } from "./selected.ts";
import { spoken } from "./vocabulary.ts";

/** What claims are judged over, and quoted numbers compared with. */
export interface Measurements
  extends Required<Pick<Ground, "networks" | "observed" | "base">> {
  /** The data that all was measured on, where a study says so. */
  readonly dataset?: Data;
  /** What people call data, where that is not its name. */
  readonly titles?: { readonly [name: string]: string };
  /** Where it is of several: all of them, by the names that the experiment has. */
  readonly datasets?: { readonly [name: string]: Data };
}

interface Data {
  readonly name: string;
  readonly stand_in: boolean;
}

/**
 * The same for an expression: of the data of which its claim or number speaks, if
 * something was measured on it. What it selects by nothing else is of that data.
 */
export function spokenOf(
  measurements: Measurements,
  data: string | undefined,
  expression: string,
): Measurements {
  const { datasets, dataset, base } = measurements;
  if (!datasets || !dataset) return measurements;
  const own = data === undefined ? undefined : datasets[data];
  if (data !== undefined && own) {
    return {
      ...measurements,
      base: { ...base, [DATASET.name]: data },
      dataset: own,
    };
  }
  if (data !== undefined) {
    const name = listed(Object.keys(datasets));
    return { ...measurements, dataset: { name, stand_in: false } };
  }
  const named = selected(expression, DATASET.name).flatMap((name) =>
    datasets[String(name)] ?? []
  );
  return {
    ...measurements,
    dataset: [dataset, ...named].find(({ stand_in }) => stand_in) ?? dataset,
  };
}

/** Judges every claim for every seed. */
export function concludeAll(
  claims: readonly Claim[],
  measurements: Measurements,
): Judgement[] {
  const seeds = seedsOf(measurements);
  return claims.map((claim) => {
    const own = spokenOf(measurements, claim.data, claim.holds);
    const findings = seeds.map((seed) => judge(claim, seed, own));
    return {
      id: claim.id,
      sentence: claim.sentence,
      where: claim.where,
      ...conclude(claim, findings, own),
    };
  });
}

/** What any stages measured, as expressions see it. */
export function measurementsOf(
  { measured = {}, axes = {} }: Gathered,
): Measurements {
  const base = Object.fromEntries(
    Object.entries(axes).map(([axis, { base }]) => [axis, base]),
  );
  return {
    networks: [],
    observed: Object.entries(measured).flatMap(([stage, points]) => {
      const all = Object.values(points);
      // The axes of a stage are those of any of its points.
      const own = new Set(all.flatMap(({ at }) => Object.keys(at)));
      const left = Object.fromEntries(
        Object.entries(base).filter(([axis]) => own.has(axis)),
      );
      return all.map(({ at, values }): Observed => ({
        stage: spoken(stage),
        at: { ...left, ...at },
        values,
      }));
    }),
    base,
  };
}

/**
 * The seeds for which all is judged, in order: those of the networks, or else of
 * whatever was measured at several. One that is undefined is that of no seed.
 */
export function seedsOf(
  { networks, observed }: Pick<Measurements, "networks" | "observed">,
): (number | undefined)[] {
  const seeds = new Set(
    (networks.length > 0
      ? networks.map(({ seed }: Measured) => seed)
      : observed.map(({ at }) => at.seed))
      .filter((seed) => typeof seed === "number"),
  );
  return networks.length + observed.length > 0 && seeds.size === 0
    ? [undefined]
    : [...seeds].sort((a, b) => a - b);
}

/** The verdict over all seeds: a claim holds if it holds for each. */
function conclude(
  claim: Claim,
  findings: readonly Finding[],
  { dataset, titles }: Measurements,
): Pick<Judgement, "verdict" | "evidence"> {
  const seeds = Object.fromEntries(findings.map((finding) => [
    finding.seed === undefined ? "all" : String(finding.seed),
    finding.kind === "judged"
      ? {
        holds: finding.holds,
        values: rounded(finding.values),
        untrue: [...finding.untrue],
      }
      : { because: finding.because },
  ]));
  const judged = findings.filter((finding) => finding.kind === "judged");
  const open = findings.find((finding) => finding.kind === "not judged");
  const failing = judged.filter(({ holds }) => !holds);
  const conclusion = (
    verdict: Judgement["verdict"],
    summary: string,
  ) => ({
    verdict,
    evidence: {
      summary,
      expression: claim.holds.trim().replace(/\s+/g, " "),
      ...(claim.tolerance !== undefined && { tolerance: claim.tolerance }),
      seeds,
      seeds_judged: judged.length,
      seeds_holding: judged.length - failing.length,
    },
  });
  const other = dataset && otherData(claim, dataset, { titles });
  if (other !== undefined) return conclusion("not judged", other);
  if (open) return conclusion("not judged", open.because);
  const [first] = judged;
  if (!first) {
    return conclusion("not judged", "nothing was measured");
  }
  return conclusion(
    failing.length === 0 ? "holds" : "fails",
    judged.length === 1 ? told(first) : counted(judged.length, failing),
  );
}

/** Why a claim, or a number in a text, says nothing of this data; nothing if it may be judged. */
export function otherData(
  { data }: { readonly data?: string | undefined },
  { name, stand_in }: Data,
  { speaker = "paper", titles = {} }: {
    readonly speaker?: string;
    readonly titles?: Measurements["titles"] | undefined;
  },
): string | undefined {
  const own = data === undefined ? undefined : titles[data] ?? data;
  if (stand_in) {
    return own === undefined
      ? `stand-in data, of which the ${speaker} does not speak`
      : `stand-in data: the ${speaker} speaks of ${own}`;
  }
  return data === undefined || data === name
    ? undefined
    : `the ${speaker} speaks of ${own}, and this run is of ${name}`;
}

type Judged = Extract<Finding, { kind: "judged" }>;

/** One seed: the numbers, and first what is not so. */
function told({ holds, values, measured, untrue }: Judged): string {
  const numbers = measured.map((text) =>
    `${text} = ${Number(values[text]!.toPrecision(4))}`
  ).join("; ");
  return holds || untrue.length === 0
    ? numbers
    : `not so: ${untrue.join("; ")} – ${numbers}`;
}

/** So many seeds are told by name. */
const NAMED = 5;

/** Several seeds: in how many it holds, and in which not. */
function counted(all: number, failing: readonly Judged[]): string {
  const holding = all - failing.length;
  if (failing.length === 0) return `holds for all ${all} seeds`;
  if (holding === 0) return `holds for none of ${all} seeds`;
  const some = failing.slice(0, NAMED).map(({ seed }) => seed).join(", ");
  const others = failing.length - NAMED;
  return `holds for ${holding} of ${all} seeds, not for ${some}${
    others > 0 ? ` and ${others} more` : ""
  }`;
}

/** Six significant digits: what float32 losses are good for. */
function rounded(
  values: { readonly [text: string]: number },
): { [text: string]: number } {
  return Object.fromEntries(
    Object.entries(values).map((
      [text, value],
    ) => [text, Number(value.toPrecision(6))]),
  );
}
