/** `diff`: two runs side by side. */
import type { Parsed } from "../arguments.ts";
import type { Console } from "../console.ts";
import { Failed, unwrap } from "../../failure.ts";
import { readReport } from "../../artifacts/report.ts";
import { findRun, reportPath, runIds } from "../../history/runs.ts";
import type { Json, JsonObject } from "../../stage/json.ts";
import type { Project } from "../../project/project.ts";
import { diffLines, type Side } from "../../render/diff.ts";
import type { Store } from "../../store/store.ts";
import { openStore, readArtifact } from "../entry.ts";
import { jsonLine } from "../../text/visible.ts";

/** The command `diff`. */
export default function diffCommand<Config>(
  { root, pipeline: { metrics } }: Project<Config>,
  parsed: Parsed,
  { out, outStyle, columns }: Console,
): Promise<number> {
  const store = openStore(root);
  const [first, second = "last"] = parsed.operands;
  const count = runIds(store).length;
  if (first === undefined && count < 2) {
    throw new Failed({
      kind: "unknown-run",
      what: "Cannot compare the last two runs",
      seen: count === 0 ? "there are none" : "there is only one",
      hint: "run deno task reproduce with another setting",
    });
  }
  const a = side(first ?? "last~1", store, metrics);
  const b = side(second, store, metrics);
  out(
    parsed.has("json")
      ? jsonLine({ a, b })
      : diffLines(a, b, columns(), outStyle).join("\n") + "\n",
  );
  return Promise.resolve(0);
}

/** One of the two runs. */
function side(name: string, store: Store, metrics: string | undefined): Side {
  const id = unwrap(findRun(name, store));
  const report = readReport(reportPath(store, id));
  if (!report) {
    throw new Failed({
      kind: "unknown-run",
      what: `Cannot read the report of the run ${id}`,
      seen: "it is broken",
      hint: `remove ${reportPath(store, id)}`,
    });
  }
  const measured = readArtifact(report, store, metrics) as Json | undefined;
  const curves: Record<string, number[]> = {};
  const numbers = measured === undefined
    ? undefined
    : split(measured, "", curves);
  return {
    id,
    experiment: report.experiment,
    ...(numbers !== undefined && { metrics: numbers }),
    curves,
    artifacts: Object.fromEntries(
      Object.entries(report.artifacts).map((
        [path, { digest }],
      ) => [path, digest]),
    ),
  };
}

/** Takes the series out of what was measured: lists of tables with numbers. */
function split(
  value: Json,
  path: string,
  curves: Record<string, number[]>,
): Json {
  if (Array.isArray(value)) {
    const tables = value.filter((one) =>
      one !== null && typeof one === "object"
    ) as JsonObject[];
    for (const key of Object.keys(tables[0] ?? {})) {
      const series = tables.map((table) => table[key]);
      if (series.every((one) => typeof one === "number")) {
        curves[`${path} ${key}`.trim()] = series as number[];
      }
    }
    return value.length;
  }
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([key, inner]) => [
      key,
      split(inner, path === "" ? key : `${path}.${key}`, curves),
    ]),
  );
}
