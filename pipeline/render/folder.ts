/** Whose files are in `artifacts/`, in sentences. */
import { type Configuration, isPlain } from "../artifacts/configuration.ts";
import type { Folder } from "../run/event.ts";
import { counted } from "../text/quantity.ts";
import type { Style } from "../text/style.ts";
import { solid, wrap } from "../text/layout.ts";
import { clean } from "../text/visible.ts";

/** The lines about the folder; none where nothing has to be said. */
export function folderLines(
  folder: Folder | undefined,
  width: number,
  { yellow }: Style,
): string[] {
  if (!folder) return [];
  const { holds, wanted, replaced, cost, earlier } = folder;
  const here = configurationName(holds);
  const back = (way: Configuration) =>
    `${solid(command(way))} brings that back${price(cost)}`;
  const sentences = [
    replaced
      ? `artifacts/ now holds ${here} instead of ${
        configurationName(replaced)
      }; ${back(replaced)}`
      : wanted
      ? `artifacts/ holds ${here}, not ${configurationName(wanted)}; ${
        solid(command(wanted))
      } replaces it${price(cost)}`
      : isPlain(holds)
      ? undefined
      : `artifacts/ holds ${here}`,
    earlier &&
    `${earlier.files} of ${counted(earlier.of, "file")} in artifacts/ ${
      earlier.files === 1 ? "is" : "are"
    } of the ${earlier.runs.length === 1 ? "run" : "runs"} ${
      earlier.runs.join(", ")
    }`,
  ];
  return sentences.flatMap((sentence) =>
    sentence === undefined
      ? []
      : wrap(clean(sentence), width).map((line) => yellow(line))
  );
}

/** `profile quick with table.key=3`. */
function configurationName(
  { profile, settings }: Pick<Configuration, "profile" | "settings">,
): string {
  const set = settings.join(", ");
  if (profile === undefined) return set || "the plain configuration";
  return `profile ${profile}${set && ` with ${set}`}`;
}

/** The command line that gives a configuration. */
function command({ profile, settings, targets }: Configuration): string {
  return [
    "deno task reproduce",
    ...targets.map(quoted),
    ...(profile === undefined ? [] : [`--profile ${quoted(profile)}`]),
    ...settings.map((setting) => `--set ${quoted(setting)}`),
  ].join(" ");
}

/** As a shell takes it for one word. */
function quoted(word: string): string {
  return /^[\w.,:=/+-]+$/.test(word)
    ? word
    : `'${word.replaceAll("'", `'\\''`)}'`;
}

function price(cost: number | undefined): string {
  if (cost === undefined) return "";
  return cost === 0
    ? " without running anything"
    : ` by running at most ${counted(cost, "instance")}`;
}
