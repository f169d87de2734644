/** The comparison with the published run, in words. */
import type { Json } from "../stage/json.ts";
import type { Comparison } from "../published/comparison.ts";
import type { Difference } from "../published/difference.ts";
import { describeChanges } from "./reason.ts";
import { counted } from "../text/quantity.ts";
import { visible } from "../text/visible.ts";
import type { Style } from "../text/style.ts";

/** The lines: a verdict, and what it rests on. */
export function comparisonLines(
  comparison: Comparison,
  { green, yellow, red, dim }: Style,
): string[] {
  const head = "published ";
  const more = (line: string) => dim(" ".repeat(head.length) + line);
  switch (comparison.kind) {
    case "identical":
      return [
        `${head}${green("identical")} to the published run: ` +
        `${counted(comparison.artifacts, "artifact")}, bit for bit`,
      ];
    case "equivalent": {
      const { largest, tolerance, instance, changes } = comparison;
      return [
        `${head}${green("equivalent")} to the published run: ` +
        (largest
          ? `no number differs by more than ${percent(largest.relative)} ` +
            `(allowed ${percent(tolerance)})`
          : "all measured numbers are equal"),
        ...(largest ? [more(differenceText(largest))] : []),
        more(`${bits(comparison)}; ${instance}: ${describeChanges(changes)}`),
      ];
    }
    case "different": {
      const { largest, instance, changes } = comparison;
      return [
        `${head}${red("different")} from the published run: ` +
        `it parts at ${instance}`,
        more(
          changes.length > 0
            ? describeChanges(changes)
            : "its facts and inputs are equal: it does not keep its promise",
        ),
        ...(largest
          ? [more(`largest difference ${differenceText(largest)}`)]
          : []),
        more(bits(comparison)),
      ];
    }
    case "not comparable":
      return [
        `${head}${yellow("not comparable")} with the published run: ` +
        reason(comparison.because),
      ];
  }
}

function bits(
  { identical, artifacts }: { identical: number; artifacts: number },
): string {
  return `${identical} of ${counted(artifacts, "artifact")} bit for bit`;
}

function reason(
  because: Extract<Comparison, { kind: "not comparable" }>["because"],
): string {
  switch (because.kind) {
    case "stand-in":
      return "stand-in data";
    case "instances": {
      const { missing, extra } = because;
      return [
        ...(extra.length > 0 ? [`${few(extra)} not in it`] : []),
        ...(missing.length > 0 ? [`${few(missing)} not in this one`] : []),
      ].join("; ");
    }
    case "parameters": {
      const seen = new Map(
        because.changes.map((change) => [
          `${change.fact} ${describeChanges([change])}`,
          change,
        ]),
      );
      return describeChanges([...seen.values()]);
    }
  }
}

function few(ids: readonly string[]): string {
  const shown = ids.slice(0, 2).join(", ");
  const rest = ids.length - 2;
  return rest > 0
    ? `${shown} and ${rest} more are`
    : `${shown} ${ids.length === 1 ? "is" : "are"}`;
}

function differenceText({ path, was, now, relative }: Difference): string {
  const size = Number.isFinite(relative) ? ` (${percent(relative)})` : "";
  return `${path}: ${short(was)} → ${short(now)}${size}`;
}

function percent(relative: number): string {
  return `${Number((relative * 100).toPrecision(2))} %`;
}

function short(value: Json): string {
  const text = visible(
    typeof value === "string" ? value : JSON.stringify(value),
  );
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
