/** README.md of an archive, for an artifact committee: what is here, and what to type. */
import type { Verdict } from "../stage/declaration.ts";
import {
  machineText,
  peakMemory,
  type Release,
  sourcesText,
  totalSeconds,
} from "./release.ts";
import { authorName } from "./author.ts";
import { archivePath } from "./layout.ts";

/** The text. */
export function readmeFile(release: Release): string {
  const { publication, run, code, deno, missing, data, vendor } = release;
  const { levels, mirror, remarks } = release;
  const { title, paper, authors, version, license, datasets } = publication;
  const numbers = publication.metrics && archivePath(publication.metrics);
  const minutes = Math.max(1, Math.round(totalSeconds(release) / 60));
  const memory = peakMemory(release);
  const names = authors.map(authorName);
  return [
    `# ${title}`,
    "",
    ...(missing.length > 0
      ? [
        "> **DRAFT, not for publication.** Missing:",
        ...missing.map((one) => `> - ${one.replaceAll("\n", "\n>   ")}`),
        "",
      ]
      : []),
    publication.description,
    "",
    `Version ${version}, by ${names.join(", ")}, under ${license}.` +
    (paper
      ? ` It reproduces ${paper.author}, ${paper.venue} (${paper.year}).`
      : ""),
    "",
    "## Check it",
    "",
    `You need [Node](https://nodejs.org) 18 or newer, or [Deno](https://deno.com) ${deno}, and ` +
    "nothing else. In this folder, in any order and as often as you like:",
    "",
    "```sh",
    "# seconds: every byte, the provenance, and all claims from the numbers",
    "node verify.mjs .",
    "# the same integrity without any of our programs",
    "sha256sum -c --quiet manifest-sha256.txt",
    "# everything again from the sources, compared with what is published",
    `(cd code && npx -y deno@${deno} task reproduce)`,
    "```",
    "",
    "With Deno: `deno run --allow-read verify.ts .` (the same program), and " +
    "`(cd code && deno task reproduce)`.",
    "",
    "The verifier cannot vouch for itself: compare the root digest that it prints " +
    "with the published one. The last command ends with a line that says " +
    "*identical*, *equivalent* (with the largest difference) or *different* " +
    "(with the first stage that went another way). What it leaves in `code/` " +
    "(`node_modules`, `.store`, `artifacts`) the verifier names and does not judge.",
    "",
    "To go further, take a copy of `code/` elsewhere, and there, with this " +
    "archive as a ZIP: `deno task verify ARCHIVE.zip --level N --run` makes results " +
    "again with the archive's own code, behind the kernel's wall where there is " +
    `one: ${
      levels.map(({ help }, index) => `level ${index + 3}, ${help}`).join("; ")
    }.`,
    "",
    ...(vendor === undefined ? [] : [
      `## Without a network (${vendor.system})`,
      "",
      "`vendor/npm/` has every npm package, unchanged, with its licence " +
      "(`vendor/PACKAGES.md`). A registry on this machine serves them:",
      "",
      "```sh",
      "deno run --allow-read --allow-net=127.0.0.1 vendor/registry.ts vendor/npm 4873 &",
      "export NPM_CONFIG_REGISTRY=http://127.0.0.1:4873/ DENO_DIR=$(mktemp -d)",
      ...(data && mirror ? [`export ${mirror}=$PWD/data`] : []),
      "cd code && deno task reproduce",
      "```",
      "",
      ...(data || datasets.length === 0
        ? []
        : ["The data is not included: see `data/datasets.json`.", ""]),
    ]),
    "## Claims",
    "",
    ...(run.verdicts.length > 0
      ? [
        "| verdict | claim | numbers |",
        "|---|---|---|",
        ...run.verdicts.map(claim),
        "",
        "`node verify.mjs .` judges them anew from the archived numbers, in seconds (level 2).",
      ]
      : []),
    `To make everything anew takes about ${minutes} min on one core and ${memory} ` +
    "MiB of memory: `cd code && deno task reproduce`.",
    "",
    ...(remarks.length > 0
      ? [
        "## Remarks of the stages",
        "",
        ...remarks.map(({ instance, message }) => `- ${instance}: ${message}`),
        "",
      ]
      : []),
    "## Time and memory",
    "",
    `Measured on ${machineText(run)}.`,
    "",
    "| stage | instances | seconds in total | memory (MiB, limit) |",
    "|---|---|---|---|",
    ...stages(release),
    "",
    "## What is here",
    "",
    "| path | what it is |",
    "|---|---|",
    "| `claims.json` | the claims, verdicts, numbers, how to check them |",
    "| `results/` | the results |",
    ...(numbers ? [`| \`${numbers}\` | everything that was measured |`] : []),
    `| \`code/\` | the sources as run, \`${code}\`: ${sourcesText(release)} |`,
    "| `params/` | the resolved configuration, and what this archive says of itself |",
    `| \`data/\` | the datasets${
      data ? ", and their files" : " by reference, size and SHA-256"
    } |`,
    "| `logs/run.json` | for every instance: facts, inputs, outputs, time, machine |",
    "| `NOTICE.md` | others' work in it, and on what terms |",
    "| `ro-crate-preview.html` | this at a glance: claims, pictures, all files |",
    "| `ro-crate-metadata.json` | the same for machines: RO-Crate 1.1, Provenance Run Crate 0.5 |",
    "| `workflow.svg` | the stages and what they read from |",
    "| `manifest-sha256.txt` | the SHA-256 of every other file |",
    ...(vendor === undefined
      ? []
      : ["| `vendor/` | the npm packages, and a registry that serves them |"]),
    "| `verify.mjs`, `verify.ts` | checks all of this, with Node or Deno; imports only Node's modules |",
    "",
    ...(datasets.length > 0 ? ["## Data", ""] : []),
    ...datasets.flatMap(({ name, citation, terms, page }) => [
      `${name}: ${citation}. <${page}>. ${terms}.`,
      "",
    ]),
    "## Prepared for",
    "",
    "- *Artifacts available*: the deposit's DOI, licence and `CITATION.cff`.",
    "- *Artifacts functional*: documented (this file), consistent and complete " +
    "(`verify.mjs`, levels 0 and 1), exercisable (`deno task reproduce`).",
    "- *Artifacts reusable*: sources with tests, typed parameters, results in open formats.",
    "- *Results reproduced*: `deno task reproduce` in `code/`, with the classes of " +
    "determinism in `logs/run.json`.",
    "",
  ].join("\n");
}

function claim({ id, sentence, verdict, evidence }: Verdict): string {
  const summary = typeof evidence.summary === "string" ? evidence.summary : "";
  const cells = [
    `${MARKS[verdict]} *${verdict}*`,
    `**${id}**: ${sentence}`,
    summary,
  ];
  return `| ${cells.map(cell).join(" | ")} |`;
}

const MARKS = { holds: "✓", fails: "✗", "not judged": "–" } as const;

/** A text in a cell of a table. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|").replace(/\s+/g, " ").trim();
}

function stages({ run, memory }: Release): string[] {
  const totals = new Map<string, { count: number; seconds: number }>();
  for (const { stage, seconds } of Object.values(run.instances)) {
    const total = totals.get(stage) ?? { count: 0, seconds: 0 };
    totals.set(stage, {
      count: total.count + 1,
      seconds: total.seconds + seconds,
    });
  }
  return [...totals].map(([stage, { count, seconds }]) =>
    `| ${stage} | ${count} | ${seconds.toFixed(1)} | ${memory[stage] || "–"} |`
  );
}
