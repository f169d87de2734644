/** Whose files are in `artifacts/`, in sentences. */
import {
  type Configuration,
  isPlain,
  nameOf,
  optionsOf,
  quoted,
} from "../artifacts/configuration.ts";
import type { Folder } from "../run/event.ts";
import { counted } from "../text/quantity.ts";
import type { Style } from "../text/style.ts";
import { solid, width as columns, wrap } from "../text/layout.ts";
import { clean } from "../text/visible.ts";

/** The lines about the folder; none where nothing has to be said. */
export function folderLines(
  folder: Folder | undefined,
  width: number,
  { yellow }: Style,
): string[] {
  if (!folder) return [];
  const { holds, wanted, replaced, cost, earlier } = folder;
  const here = nameOf(holds);
  const paint = (sentence: string) =>
    wrap(clean(sentence), width).map((line) => yellow(line));
  /** A command is one line, however wide: it is there to be copied. */
  const by = (state: string, way: Configuration, does: string) => {
    const text = command(way);
    return columns(text) <= width
      ? paint(`${state}; ${solid(text)} ${does}${price(cost)}`)
      : [...paint(`${state}; this ${does}${price(cost)}:`), `  ${clean(text)}`];
  };
  return [
    ...(replaced
      ? by(
        `artifacts/ now holds ${here} instead of ${nameOf(replaced)}`,
        replaced,
        "brings that back",
      )
      : wanted
      ? by(
        `artifacts/ holds ${here}, not ${nameOf(wanted)}`,
        wanted,
        "replaces it",
      )
      : isPlain(holds)
      ? []
      : paint(`artifacts/ holds ${here}`)),
    ...(earlier
      ? paint(
        `${earlier.files} of ${counted(earlier.of, "file")} in artifacts/ ${
          earlier.files === 1 ? "is" : "are"
        } of the ${earlier.runs.length === 1 ? "run" : "runs"} ${
          earlier.runs.join(", ")
        }`,
      )
      : []),
  ];
}

/** The command line that gives a configuration. */
function command(way: Configuration): string {
  return ["deno task reproduce", ...way.targets.map(quoted), optionsOf(way)]
    .filter(Boolean).join(" ");
}

function price(cost: number | undefined): string {
  if (cost === undefined) return "";
  return cost === 0
    ? " without running anything"
    : ` by running at most ${counted(cost, "instance")}`;
}
