/** What can be wrong with a configuration, and how all of it is told at once. */
import { type Failure, short } from "../failure.ts";
import { locate, type Places } from "./locate.ts";
import type { Source } from "./source.ts";

/** One thing that is wrong. */
export interface Problem {
  /** The key; empty where a setting is no setting at all. */
  readonly keys: readonly string[];
  readonly source: Source | undefined;
  /** What was found. */
  readonly what: string;
  /** What is allowed. */
  readonly seen?: string | undefined;
  /** What was probably meant. */
  readonly hint?: string | undefined;
}

/** So many fit a screen; the rest is told once these are mended. */
export const TOLD = 20;

/** One failure for all problems; the first one gives it its name. */
export function refuse(
  problems: readonly [Problem, ...Problem[]],
  { file, places }: { readonly file: string; readonly places: Places },
): Failure {
  const [first] = problems;
  if (problems.length === 1) {
    return {
      kind: "config",
      what: `Cannot use ${file}: ${first.what}`,
      seen: `${where(first)}${
        first.seen === undefined ? "" : `: ${first.seen}`
      }`,
      ...(first.hint !== undefined && { hint: first.hint }),
    };
  }
  return {
    kind: "config",
    what: `Cannot use ${file}: ${problems.length} problems`,
    seen: problems.slice(0, TOLD).map((problem) => {
      const { what, hint, seen } = problem;
      const better = hint ?? seen;
      return `${where(problem)}: ${what}${better ? `; ${better}` : ""}`;
    }).join("\n") +
      (problems.length > TOLD ? `\nand ${problems.length - TOLD} more` : ""),
  };

  function where({ keys, source }: Problem): string {
    switch (source?.kind) {
      case "set":
        // Whoever writes a token into an address shall not read it in a log, too.
        return `--set ${
          short(source.setting.replace(/^(\s*cache\.url\s*=).*/s, "$1…"), 200)
        }`;
      case "profile":
        return `${
          at(["profile", source.name, ...keys])
        } (profile ${source.name})`;
      case undefined:
        return at(keys);
    }
  }

  function at(keys: readonly string[]): string {
    const place = locate(places, keys);
    return place ? `${file}:${place.line}:${place.column}` : file;
  }
}
