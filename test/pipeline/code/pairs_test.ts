/** Which edits of code and settings run a stage again: the table of pairs. */
import { deepEqual, equal } from "node:assert/strict";
import {
  type Files,
  type Pair,
  PAIRS,
  PROJECTS,
  type Verdict,
} from "./pairs.ts";
import { Study } from "./study.ts";

const filesOf = (files: Files) =>
  typeof files === "string" ? { "a.ts": files } : files;

/** What is wrong in an outcome, if anything. */
function wrong(
  [name, verdict]: Pair,
  before: unknown,
  after: unknown,
): string[] {
  const outcome = JSON.stringify(before) === JSON.stringify(after)
    ? "stays"
    : "reruns";
  const fine: readonly Verdict[] = [outcome, "may"];
  return fine.includes(verdict) ? [] : [`${name}: ${outcome}`];
}

Deno.test("each pair of texts has a name of its own", () => {
  const names = [...PAIRS, ...PROJECTS].map(([name]) => name);
  deepEqual(names.filter((name, at) => names.indexOf(name) !== at), []);
});

Deno.test("readCode() sees every edit that a program can see, and no other: one project", async () => {
  // All in one project, so that Deno and esbuild are asked twice and not 300 times.
  const place = (side: 2 | 3) =>
    Object.fromEntries(
      PAIRS.flatMap((pair, at) =>
        Object.entries(filesOf(pair[side])).map((
          [path, text],
        ) => [`p${at}/${path}`, text])
      ),
    );
  using study = new Study({
    "deno.json": JSON.stringify({
      nodeModulesDir: "manual",
      unstable: ["raw-imports"],
      compilerOptions: { jsx: "react", jsxFactory: "h" },
    }),
    ...place(2),
  });
  const entries = PAIRS.map((_, at) => `p${at}/a.ts`);
  const read = async () => {
    const result = await study.try(...entries);
    if (!result.ok) throw new Error(JSON.stringify(result.failure));
    return entries.map((entry) => result.value.get(entry)?.facts);
  };
  const before = await read();
  study.write(place(3));
  const after = await read();
  equal(before.length, PAIRS.length);
  deepEqual(
    PAIRS.flatMap((pair, at) => wrong(pair, before[at], after[at])),
    [],
  );
});

Deno.test("readCode() sees every setting that changes a program, and no other", async () => {
  const found: string[] = [];
  for (const pair of PROJECTS) {
    using study = new Study(filesOf(pair[2]));
    const { facts: before } = await study.read("a.ts");
    study.write(filesOf(pair[3]));
    const { facts: after } = await study.read("a.ts");
    found.push(...wrong(pair, before, after));
  }
  deepEqual(found, []);
});
