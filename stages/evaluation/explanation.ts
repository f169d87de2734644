/** What measurements of noisy pictures show, in words that follow from the numbers. */
import type { Denoising } from "../formats/denoising.ts";

type Measurement = Denoising["levels"][number];

/**
 * Below this the outputs are one picture: a hundredth of a grey value's step in
 * root mean square is (1/25500)² = 1.5e-9; digits differ by 0.05 and more.
 */
const ONE_PICTURE = 1e-8;

/** A few sentences for a reader of the report. */
export function explain(
  { clean_mse, spread, levels }: Pick<
    Denoising,
    "clean_mse" | "spread" | "levels"
  >,
): string {
  if (levels.length === 0) return "No level of noise was measured.";
  const [low, high] = [levels[0]!, levels.at(-1)!];
  if (spread < ONE_PICTURE) {
    return "The network gives the same picture for every input, so it removes " +
      "the noise and the digit alike: its output is " +
      `${shown(low.output_mse)} from the clean image (mean squared ` +
      `difference) at noise ${low.level} as at ${high.level}. ` +
      "Nothing was learned that could tell one from the other.";
  }
  const helped = levels.filter(cleans);
  const first = helped[0];
  const floor = `Without noise its output is already ${shown(clean_mse)} ` +
    "from the image (mean squared difference), and no noisy input can be " +
    "expected to do better";
  if (first === undefined) {
    return `The network does not remove noise of any level tried: at ${high.level} ` +
      `the noisy input is ${shown(high.noisy_mse)} from the clean image, the ` +
      `output ${shown(high.output_mse)}. ${floor}.`;
  }
  const best = helped.reduce((best, one) =>
    gain(one) > gain(best) ? one : best
  );
  const sentences = [
    (helped.length === levels.length
      ? "At every level of noise tried "
      : `At noise ${list(helped.map(({ level }) => level))} `) +
    "the output is nearer to the clean image than the noisy input is, " +
    `most so at ${best.level}, where the mean squared difference falls from ` +
    `${shown(best.noisy_mse)} to ${shown(best.output_mse)}`,
  ];
  const worse = levels.filter((one) => !cleans(one));
  if (worse.length > 0) {
    sentences.push(
      `At ${
        list(worse.map(({ level }) => level))
      } it is not: what the network loses of the digit is more than the noise`,
    );
  }
  const nearer = levels.filter((one) => one.output_mse < one.output_noisy_mse);
  if (nearer.length > 0) {
    sentences.push(
      "The network was trained on clean digits only, and at " +
        `${list(nearer.map(({ level }) => level))} its output is nearer to ` +
        "the clean image than to what it was given",
    );
  } else {
    sentences.push(
      "Its output stays nearer to the noisy input than to the clean image, " +
        "so part of the noise passes through",
    );
  }
  return `${sentences.join(". ")}. ${floor}.`;
}

function cleans({ noisy_mse, output_mse }: Measurement): boolean {
  return output_mse < noisy_mse;
}

function gain({ noisy_mse, output_mse }: Measurement): number {
  return noisy_mse / output_mse;
}

function shown(value: number): string {
  return value.toPrecision(3);
}

function list(numbers: readonly number[]): string {
  const all = numbers.map(String);
  return all.length < 2
    ? all.join()
    : `${all.slice(0, -1).join(", ")} and ${all.at(-1)}`;
}

/** What the measurements of some networks show alike. */
export interface Finding {
  readonly names: readonly string[];
  /** Whether noise of any level is removed. */
  readonly cleans: boolean;
  /** The end of a sentence that begins with the names. */
  readonly sentence: string;
}

/** What is to be said of networks, each over its seeds; of equal ones once. */
export function findings(
  groups: readonly {
    readonly name: string;
    readonly measured: readonly Pick<Denoising, "spread" | "levels">[];
  }[],
): Finding[] {
  const found = Map.groupBy(
    groups.map(({ name, measured }) => ({
      name,
      ...findingOf(measured),
    })),
    ({ sentence }) => sentence,
  );
  return Array.from(found, ([sentence, alike]) => ({
    names: alike.map(({ name }) => name),
    cleans: alike[0]!.cleans, // a group has a member
    sentence,
  }));
}

function findingOf(
  measured: readonly Pick<Denoising, "spread" | "levels">[],
): Pick<Finding, "cleans" | "sentence"> {
  if (measured.every(({ spread }) => spread < ONE_PICTURE)) {
    return {
      cleans: false,
      sentence: "the output is the same picture whatever the input, so the " +
        "noise is gone and the digit with it.",
    };
  }
  const seeds = measured.length;
  const mean = (of: (one: Measurement) => number, place: number) =>
    measured.reduce((sum, { levels }) => sum + of(levels[place]!), 0) / seeds;
  const levels = measured[0]!.levels.map(({ level, noisy_mse }, place) => ({
    level,
    cleans: mean(({ output_mse }) => output_mse, place) < noisy_mse,
  }));
  const [better, worse] = [true, false].map((wanted) =>
    list(
      levels.filter(({ cleans }) => cleans === wanted).map((one) => one.level),
    )
  );
  const nearer = `${seeds > 1 ? "on average " : ""}the output is nearer to ` +
    "the clean image than the noisy input is";
  if (better === "") {
    return { cleans: false, sentence: `at no level of noise tried ${nearer}.` };
  }
  return {
    cleans: true,
    sentence: worse === ""
      ? `at every level of noise tried ${nearer}.`
      : `at noise ${better} ${nearer}; at ${worse} it is not, as the network ` +
        "itself errs by more than the noise.",
  };
}
