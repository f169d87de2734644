/** The plan of the house: which room may import which, and what no module does. */
import { deepEqual } from "node:assert/strict";
import { basename, join, relative } from "node:path";
import { commandsOf } from "../pipeline/cli/table.ts";

const root = new URL("..", import.meta.url).pathname;

/**
 * The floors from the ground up. A room may import rooms of lower floors, never
 * one of its own floor or above; so nothing imports in a circle. ARCHITECTURE.md
 * quotes this.
 */
const FLOORS = {
  pipeline: [
    ["stage", "text"],
    ["failure.ts"],
    ["config", "graph", "project", "store"],
    ["artifacts", "cache", "code", "published", "sandbox"],
    ["executor", "plan", "repository"],
    ["run"],
    ["history", "render"],
    ["archive"],
    ["cli"],
  ],
  stages: [
    ["onnx", "random"],
    ["network"],
    ["formats"],
    ["claims", "download", "evaluation", "export", "prepare", "training"],
    ["figures", "quotes"],
    ["report"],
    ["paper"],
    ["experiment"],
  ],
} as const;

type Tree = keyof typeof FLOORS;

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

/** `store` of `pipeline/store/disk.ts`. */
function room(module: string): string {
  return module.split("/")[1] ?? "";
}

/** The floor of a room, from 0; -1 if the plan does not have it. */
function floor(tree: Tree, name: string): number {
  return FLOORS[tree].findIndex((rooms) =>
    (rooms as readonly string[]).includes(name)
  );
}

for (const tree of ["pipeline", "stages"] as const) {
  Deno.test(`every module of ${tree}/ is in a room of the plan, and every room has one`, () => {
    const rooms = [...new Set(modules(tree).map(room))].sort();
    deepEqual(rooms, FLOORS[tree].flat().sort());
  });

  Deno.test(`no room of ${tree}/ imports one of its own floor or above`, () => {
    const wrong = modules(tree).flatMap((module) =>
      imports(module).filter((target) =>
        target.startsWith(`${tree}/`) && room(target) !== room(module) &&
        floor(tree, room(target)) >= floor(tree, room(module))
      ).map((target) => `${module} → ${target}`)
    );
    deepEqual(wrong, []);
  });
}

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
      !target.startsWith("stages/") && !target.startsWith("pipeline/stage/") &&
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

Deno.test("ARCHITECTURE.md shows the floors as they are", () => {
  const text = Deno.readTextFileSync(join(root, "ARCHITECTURE.md"));
  for (const tree of ["pipeline", "stages"] as const) {
    const [, shown = ""] = new RegExp(
      `The floors of \`${tree}/\`[^\\n]*\\n\\n((?:    .*\\n)+)`,
    ).exec(text) ?? [];
    const floors = shown.trimEnd().split("\n").map((line) =>
      line.trim().split(/ +· +/)
    );
    deepEqual(floors.toReversed(), FLOORS[tree].map((rooms) => [...rooms]));
  }
});

/** The contract of a stage is for those who write stages, whether or not one here uses all of it. */
const CONTRACT = "pipeline/stage/";

Deno.test("every export has a user in another file", () => {
  const all = [...modules("pipeline"), ...modules("stages")];
  const texts = new Map(
    [...all, ...modules("test"), ...modules("templates"), "main.ts"].map((
      module,
    ) => [module, Deno.readTextFileSync(join(root, module))]),
  );
  const wrong = all.filter((module) => !module.startsWith(CONTRACT)).flatMap(
    (module) => {
      const exported = texts.get(module)!.matchAll(
        /^export (?:async )?(?:const|function\*?|class|interface|type) (\w+)/gm,
      );
      return Array.from(exported, ([, name]) => name!).filter((name) => {
        const word = new RegExp(`\\b${name}\\b`);
        return !texts.entries().some(([other, text]) =>
          other !== module && word.test(text)
        );
      }).map((name) => `${module}: ${name}`);
    },
  );
  deepEqual(wrong, []);
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

Deno.test("what every command loads first names nothing that Deno would read ahead", () => {
  const first = [
    "main.ts",
    ...["start", "noop", "main"].map((name) => `pipeline/cli/${name}.ts`),
  ];
  const wrong = first.filter((module) =>
    /(?<!typeof\s+)import\(\s*["'`]/.test(
      Deno.readTextFileSync(join(root, module)).replace(
        /\/\*[\s\S]*?\*\//g,
        "",
      ),
    )
  );
  deepEqual(wrong, []);
});

Deno.test("every command of the table has a module of its name, and every module is one", () => {
  const commands = commandsOf({ shorthands: [] }).map(({ name }) => name);
  const files = modules("pipeline/cli/commands").flatMap((module) => {
    const text = Deno.readTextFileSync(join(root, module));
    return text.includes("export default ") ? [basename(module, ".ts")] : [];
  });
  deepEqual(files, commands.toSorted());
});

Deno.test("main.ts loads nothing at its beginning but the quick answer", () => {
  const text = Deno.readTextFileSync(join(root, "main.ts"));
  const loaded = [...text.matchAll(/^import (?!type )[^;]*from "([^"]+)"/gm)]
    .map(([, module]) => module);
  deepEqual(loaded, ["./pipeline/cli/start.ts"]);
});
