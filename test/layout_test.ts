/** The direction of imports, and what modules of the engine must not do. */
import { deepEqual } from "node:assert/strict";
import { join, relative } from "node:path";

const root = new URL("..", import.meta.url).pathname;

function modules(folder: string): string[] {
  const found: string[] = [];
  for (const entry of Deno.readDirSync(join(root, folder))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) found.push(...modules(path));
    else if (/\.(ts|js)$/.test(entry.name)) found.push(path);
  }
  return found.sort();
}

/** The local modules that a module imports, relative to the root. */
function imports(module: string): string[] {
  const text = Deno.readTextFileSync(join(root, module));
  const found = text.matchAll(
    /(?:from\s+|import\s+|import\()\s*["'](\.[^"']+)["']/g,
  );
  return Array.from(
    found,
    ([, specifier]) => relative(root, join(root, module, "..", specifier!)),
  );
}

/** What a stage may know of the engine. */
const CONTRACT = [
  "pipeline/stage/declaration.ts",
  "pipeline/stage/task.ts",
  "pipeline/stage/json.ts",
];

Deno.test("pipeline/ imports nothing from outside pipeline/", () => {
  const wrong = modules("pipeline").flatMap((module) =>
    imports(module).filter((target) => !target.startsWith("pipeline/"))
      .map((target) => `${module} → ${target}`)
  );
  deepEqual(wrong, []);
});

Deno.test("stages/ imports nothing of the engine but the contract of a stage", () => {
  const wrong = modules("stages").flatMap((module) =>
    imports(module).filter((target) =>
      !target.startsWith("stages/") && !CONTRACT.includes(target) &&
      !target.startsWith("node_modules/") && target !== "deno.json"
    ).map((target) => `${module} → ${target}`)
  );
  deepEqual(wrong, []);
});

Deno.test("no module imports itself in a circle", () => {
  const all = [...modules("pipeline"), ...modules("stages")];
  const graph = new Map(all.map((module) => [module, imports(module)]));
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (module: string, path: readonly string[]) => {
    if (path.includes(module)) {
      circles.push([...path.slice(path.indexOf(module)), module].join(" → "));
      return;
    }
    if (done.has(module)) return;
    for (const target of graph.get(module) ?? []) {
      visit(target, [...path, module]);
    }
    done.add(module);
  };
  all.forEach((module) => visit(module, []));
  deepEqual(circles, []);
});

/** What may write to a stream: the console, and what runs in a stage's own process. */
const SPEAKERS = [
  "pipeline/cli/start.ts",
  "pipeline/cli/console.ts",
  "pipeline/sandbox/process/runner.ts",
  "pipeline/sandbox/process/denial.ts",
];

Deno.test("nothing of the engine prints but its console, and no stage does", () => {
  const all = [...modules("pipeline"), ...modules("stages")];
  const wrong = all.filter((module) =>
    !SPEAKERS.includes(module) && !module.startsWith("stages/report/client/") &&
    /\bconsole\.(log|error|warn|info|debug|table)\b|Deno\.(stdout|stderr)\.write/
      .test(
        Deno.readTextFileSync(join(root, module))
          .replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, ""),
      )
  );
  deepEqual(wrong, []);
});
