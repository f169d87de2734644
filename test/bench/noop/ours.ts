/** The synthetic pipeline as a project of ours, in a folder. */
import { join } from "node:path";
import { mkdirSync, writeFileSync } from "node:fs";
import { files, type Node } from "./shape.ts";

const engine = new URL("../../../pipeline/", import.meta.url).pathname;

const STAGE = `
export default function (task) {
  const names = ["own", "left", "right"];
  const text = names.map((name) => Deno.readTextFileSync(task.input(name)).slice(0, 20)).join("");
  Deno.writeTextFileSync(task.output("out"), text.slice(0, 60));
}
`;

/** Writes the project; \`main.ts\` there takes the commands that ours does. */
export function writeProject(root: string, nodes: readonly Node[]): void {
  for (const folder of ["data", "stages"]) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  for (const path of files(nodes)) writeFileSync(join(root, path), `${path}\n`);
  writeFileSync(join(root, "stages/copy.js"), STAGE);
  writeFileSync(join(root, "deno.json"), '{ "lock": false }\n');
  const layers = Math.max(...nodes.map(({ layer }) => layer)) + 1;
  writeFileSync(
    join(root, "main.ts"),
    `
import { start } from "${engine}cli/start.ts";
import { file, output } from "${engine}stage/declaration.ts";

const layers = ${layers};
const count = ${nodes.length};
const name = (layer) => "layer" + layer;
const stages = Array.from({ length: layers }, (_, layer) => ({
  name: name(layer),
  title: "copies",
  matrix: () => ({
    place: Array.from({ length: Math.min(10, count - layer * 10) }, (_, place) => place),
  }),
  at: (_, { place }) => ({
    runs: { kind: "module", module: "stages/copy.js" },
    inputs: layer === 0
      ? { own: file(\`data/0-\${place}.txt\`), left: file(\`data/a-\${place}.txt\`), right: file(\`data/b-\${place}.txt\`) }
      : {
        own: file(\`data/\${layer}-\${place}.txt\`),
        left: output(name(layer - 1), "out", { place }),
        right: output(name(layer - 1), "out", { place: (place + 1) % 10 }),
      },
    outputs: { out: { file: "out.txt", artifact: \`\${layer}-\${place}.txt\` } },
  }),
}));
Deno.exit(await start(import.meta.dirname, Deno.args, async () => ({
  root: import.meta.dirname,
  deno: Deno.version.deno,
  pipeline: { stages },
  configure: () => Promise.resolve({ ok: true, value: {} }),
  sandbox: () => "deno",
  sources: ["main.ts", "deno.json"],
  shorthands: [],
})));
`,
  );
}
