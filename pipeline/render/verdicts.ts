/** The claims as a referee would list them: verdict, sentence, evidence. */
import type { JsonObject } from "../stage/json.ts";
import type { Verdict } from "../stage/declaration.ts";
import { measured } from "../text/quantity.ts";
import type { Style } from "../text/style.ts";
import { hang, pad, wrap } from "../text/layout.ts";
import { clean } from "../text/visible.ts";
import { VERDICTS } from "./words.ts";

/** Numbers of evidence that are shown where it has no sentence of its own. */
const NUMBERS = 4;

/** The table of claims, with their count at its head. */
export function verdictLines(
  verdicts: readonly Verdict[],
  width: number,
  style: Style,
): string[] {
  const column = 2 + Math.max(
    ...verdicts.map(({ verdict }) => VERDICTS[verdict].word.length + 2),
  ) + 2;
  const margin = " ".repeat(column);
  return [
    `${style.bold("Claims")}  ${tally(verdicts)}`,
    ...verdicts.flatMap(({ sentence, verdict, evidence }) => {
      const { sign, word, paint } = VERDICTS[verdict];
      const head = `  ${style[paint](`${sign} ${word}`)}`;
      return [
        ...hang(pad(head, column), clean(sentence), width),
        ...wrap(clean(because(evidence)), width - column)
          .map((line) => style.dim(margin + line)),
      ];
    }),
  ];
}

/** `2 hold, 1 fails`. */
function tally(verdicts: readonly Verdict[]): string {
  const count = (wanted: Verdict["verdict"]) =>
    verdicts.filter(({ verdict }) => verdict === wanted).length;
  const [holds, fails, open] = [
    count("holds"),
    count("fails"),
    count("not judged"),
  ];
  return [
    ...(holds > 0 ? [`${holds} ${holds === 1 ? "holds" : "hold"}`] : []),
    ...(fails > 0 ? [`${fails} ${fails === 1 ? "fails" : "fail"}`] : []),
    ...(open > 0 ? [`${open} not judged`] : []),
  ].join(", ");
}

/** The evidence in a line: its own summary, else its first numbers. */
function because(evidence: JsonObject): string {
  if (typeof evidence.summary === "string") return evidence.summary;
  return Object.entries(evidence).flatMap(([name, value]) =>
    typeof value === "number" ? [`${name} ${measured(value)}`] : []
  ).slice(0, NUMBERS).join(", ");
}
