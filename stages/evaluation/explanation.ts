/** What measurements of noisy pictures show, in words that follow from the numbers. */
import type { Denoising } from "../formats/denoising.ts";

type Measurement = Denoising["levels"][number];

/**
 * Below this the outputs are one picture: a hundredth of a grey value's step in
 * root mean square is (1/25500)² = 1.5e-9; digits differ by 0.05 and more.
 */
const ONE_PICTURE = 1e-8;

/** What the measurements of some networks show alike. */
interface Finding {
  readonly names: readonly string[];
  /** Whether noise of any level is removed. */
  readonly cleans: boolean;
  /** The end of a sentence that begins with the names. */
  readonly sentence: string;
}

/** What is to be said of networks, each over its seeds, and of what is in their images; of equal ones once. */
export function findings(
  groups: readonly {
    readonly name: string;
    readonly measured: readonly Pick<Denoising, "spread" | "levels">[];
  }[],
  subject = "digit",
): Finding[] {
  const found = Map.groupBy(
    groups.map(({ name, measured }) => ({
      name,
      ...findingOf(measured, subject),
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
  subject: string,
): Pick<Finding, "cleans" | "sentence"> {
  if (measured.every(({ spread }) => spread < ONE_PICTURE)) {
    return {
      cleans: false,
      sentence: "the output is the same picture whatever the input, so the " +
        `noise is gone and the ${subject} with it.`,
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
  const nearer =
    `${seeds > 1 ? ", on average, " : " "}the output is nearer to ` +
    "the clean image than the noisy input is";
  if (better === "") {
    return { cleans: false, sentence: `at no level of noise tried${nearer}.` };
  }
  return {
    cleans: true,
    sentence: worse === ""
      ? `at every level of noise tried${nearer}.`
      : `at noise ${better}${nearer}; at ${worse} it is not, as the network ` +
        "itself errs by more than the noise.",
  };
}

function list(numbers: readonly number[]): string {
  const all = numbers.map(String);
  return all.length < 2
    ? all.join()
    : `${all.slice(0, -1).join(", ")} and ${all.at(-1)}`;
}
