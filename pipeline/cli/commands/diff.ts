/** `diff`: two runs side by side. */
import type { Parsed } from "../arguments.ts";
import type { Console } from "../console.ts";
import { Failed, nearest, short } from "../../failure.ts";
import { readReport } from "../../artifacts/report.ts";
import { reportPath, runIds } from "../../history/runs.ts";
import type { Json, JsonObject } from "../../stage/json.ts";
import type { Project } from "../../project/project.ts";
import { diffLines, type Side } from "../../render/diff.ts";
import type { Store } from "../../store/store.ts";
import { openStore, readArtifact } from "./runs.ts";
import { jsonLine } from "../../text/visible.ts";

/** The command `diff`. */
export default function diffCommand<Config>(
  { root, pipeline: { metrics } }: Project<Config>,
  parsed: Parsed,
  { out, outStyle, columns }: Console,
): Promise<number> {
  const store = openStore(root);
  const [a, b] = parsed.operands.map((name) => side(name, store, metrics));
  if (!a || !b) throw new Error("the command line takes two runs");
  out(
    parsed.has("json")
      ? jsonLine({ a, b })
      : diffLines(a, b, columns(), outStyle).join("\n") + "\n",
  );
  return Promise.resolve(0);
}

/** A run by its name, the beginning of it, `last`, or `last~2`: two before the last. */
function side(name: string, store: Store, metrics: string | undefined): Side {
  const all = runIds(store);
  const last = /^last(?:~(\d+))?$/.exec(name);
  const back = Number(last?.[1] ?? 0);
  const found = last
    ? all.toReversed().slice(back, back + 1)
    : all.filter((id) => id.startsWith(name));
  const [id] = found;
  const report = id === undefined
    ? undefined
    : readReport(reportPath(store, id));
  if (!report || id === undefined || found.length > 1) {
    const guess = nearest(name, all);
    throw new Failed({
      kind: "unknown-run",
      what: `Cannot find the run "${short(name)}"`,
      seen: found.length > 1
        ? `${found.length} runs begin like that: ${found.slice(-5).join(", ")}`
        : `the last runs: ${all.slice(-5).join(", ") || "none"}`,
      hint: guess === undefined
        ? "see deno task runs for all of them; last is the newest"
        : `did you mean "${guess}"?`,
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
