/** `run.json` may have been edited by anybody: whatever it says is an answer. */
import { equal, ok } from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { digestBytes } from "../../../pipeline/store/digest.ts";
import {
  readReport,
  type RunReport,
} from "../../../pipeline/artifacts/report.ts";
import { canonicalPretty } from "../../../pipeline/stage/json.ts";

const digest = digestBytes("");
const file = { digest, size: 1, instance: "a", output: "out" };
const WHOLE = {
  run: {
    id: "20261123-160813-ab12",
    started: "2026-11-23T16:08:13Z",
    seconds: 1,
    success: true,
    arguments: [],
  },
  machine: {},
  experiment: {},
  configuration: { profile: "q", settings: ["a=1"], targets: [], digest },
  instances: {
    a: { outcome: "built", stage: "a", from: [], fingerprint: digest },
  },
  artifacts: { "a/b.txt": file },
  earlier: { "c.txt": { ...file, run: "20261122-160813-ab12" } },
};

function read(text: string): RunReport | undefined {
  const folder = Deno.makeTempDirSync();
  try {
    writeFileSync(join(folder, "run.json"), text);
    return readReport(join(folder, "run.json"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

Deno.test("readReport() reads what a run wrote", () => {
  const found = read(JSON.stringify(WHOLE));
  ok(found);
  equal(found.run.id, WHOLE.run.id);
  equal(found.artifacts["a/b.txt"]?.instance, "a");
  equal(found.earlier?.["c.txt"]?.run, "20261122-160813-ab12");
  equal(found.instances.a?.fingerprint, digest);
  equal(found.configuration?.profile, "q");
});

/** The paths of all values in a value. */
function places(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== "object" || value === null) return [[...path]];
  return [
    [...path],
    ...Object.entries(value).flatMap(([key, inner]) =>
      places(inner, [...path, key])
    ),
  ];
}

Deno.test("readReport() answers whatever stands in any place, and nothing that leads out or cannot be written again", () => {
  const odd = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom<unknown>("", "../x", "/x", "a//b", "__proto__", "\0", [
      "x",
    ]),
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...places(WHOLE)),
      fc.boolean(),
      odd,
      fc.constantFrom("../x", "/etc/x", "a/../../x", "", "constructor", "x"),
      (path, rename, value, name) => {
        const edited = structuredClone(WHOLE) as Record<string, unknown>;
        const key = path.at(-1);
        let table = edited;
        for (const part of path.slice(0, -1)) {
          table = table[part] as Record<string, unknown>;
        }
        if (key !== undefined) {
          if (rename) table[name] = table[key];
          table[key] = value;
        }
        const text = JSON.stringify(key === undefined ? value : edited)
          .replace('"size":1', '"size":1e999');
        const found = read(text);
        if (!found) return;
        const files = { ...found.artifacts, ...found.earlier };
        for (const [path, entry] of Object.entries(files)) {
          equal(/^\/|(^|\/)\.\.?(\/|$)|^$/.test(path), false, path);
          canonicalPretty({ ...entry });
        }
      },
    ),
    { seed: 7, numRuns: 500 },
  );
});
