/** The synthetic pipeline in the languages of other tools. */
import { join } from "node:path";
import { mkdirSync, writeFileSync } from "node:fs";
import { files, type Node } from "./shape.ts";

/** Another tool: what it reads, and the command that brings everything up to date. */
export interface Peer {
  readonly name: string;
  /** The program whose presence decides whether it takes part. */
  readonly program: string;
  readonly command: readonly [string, ...string[]];
  readonly write: (root: string, nodes: readonly Node[]) => void;
  /** The largest pipeline worth waiting for. */
  readonly most: number;
}

function writeFiles(root: string, nodes: readonly Node[]): void {
  for (const folder of ["data", "out"]) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  for (const path of files(nodes)) writeFileSync(join(root, path), `${path}\n`);
}

const recipe = ({ inputs, output }: Node) =>
  `head -q -c 20 ${inputs.join(" ")} > ${output}`;

export const PEERS: readonly Peer[] = [
  {
    name: "make",
    program: "make",
    command: ["make", "-s", "-j2"],
    most: 10_000,
    write(root, nodes) {
      writeFiles(root, nodes);
      const rules = nodes.map((node) =>
        `${node.output}: ${node.inputs.join(" ")}\n\t${recipe(node)}\n`
      );
      const all = `all: ${nodes.map(({ output }) => output).join(" ")}\n`;
      writeFileSync(join(root, "Makefile"), all + rules.join(""));
    },
  },
  {
    name: "ninja",
    program: "ninja",
    command: ["ninja", "--quiet", "-j2"],
    most: 10_000,
    write(root, nodes) {
      writeFiles(root, nodes);
      const rule = "rule copy\n  command = head -q -c 20 $in > $out\n";
      const edges = nodes.map(({ inputs, output }) =>
        `build ${output}: copy ${inputs.join(" ")}\n`
      );
      writeFileSync(join(root, "build.ninja"), rule + edges.join(""));
    },
  },
  {
    name: "snakemake",
    program: "snakemake",
    command: ["snakemake", "--quiet", "all", "--cores", "2"],
    most: 1_000,
    write(root, nodes) {
      writeFiles(root, nodes);
      const all = `rule all:\n  input: ${
        nodes.map(({ output }) => `"${output}"`).join(", ")
      }\n`;
      const rules = nodes.map((node, index) =>
        `rule r${index}:\n  input: ${
          node.inputs.map((path) => `"${path}"`).join(", ")
        }\n  output: "${node.output}"\n  shell: "${recipe(node)}"\n`
      );
      writeFileSync(join(root, "Snakefile"), all + rules.join(""));
    },
  },
  {
    name: "wireit",
    program: "wireit",
    command: ["npm", "run", "--silent", "all"],
    most: 1_000,
    write(root, nodes) {
      writeFiles(root, nodes);
      const name = (path: string) => path.replace(/^out\/|\.txt$/g, "");
      const scripts: Record<string, string> = { all: "wireit" };
      const wireit: Record<string, unknown> = {
        all: { dependencies: nodes.map(({ output }) => name(output)) },
      };
      for (const node of nodes) {
        scripts[name(node.output)] = "wireit";
        wireit[name(node.output)] = {
          command: recipe(node),
          files: node.inputs,
          output: [node.output],
          dependencies: node.inputs.filter((path) => path.startsWith("out/"))
            .map(name),
        };
      }
      writeFileSync(
        join(root, "package.json"),
        JSON.stringify({ name: "bench", scripts, wireit }, null, 2),
      );
    },
  },
];
