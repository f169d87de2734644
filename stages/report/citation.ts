/** How to cite the reproduction and the paper: in BibTeX, and as a line of text. */
import { escapeTex } from "../figures/tex.ts";
import type { Params } from "./params.ts";

type Cited = Pick<Params, "paper" | "authors">;

/** Two entries: the software, and the paper. */
export function bibtex({ paper, authors }: Cited): string {
  const names = authors.map(({ family, given }) => `${family}, ${given}`);
  const ours = word(authors[0]!.family); // there is an author
  const theirs = word(paper.author.split(/\s+/).at(-1)!); // split gives one at least
  return [
    entry("software", `${ours}-facsimile`, {
      author: names.join(" and "),
      title: `A reproduction of: ${paper.title}`,
      version: paper.version,
      license: paper.license,
      ...(paper.repository !== undefined && { url: paper.repository }),
    }),
    entry("misc", `${theirs}${paper.year}`, {
      author: paper.author,
      title: paper.title,
      howpublished: paper.venue,
      year: String(paper.year),
    }),
  ].join("\n\n");
}

/** The reproduction as a line of a list of references. */
export function reference({ paper, authors }: Cited): string {
  const names = authors.map(({ family, given }) => `${given} ${family}`);
  const where = paper.repository === undefined ? "" : ` ${paper.repository}`;
  return `${
    names.join(", ")
  }: A reproduction of “${paper.title}” (${paper.author}, ${paper.venue}, ${paper.year}), version ${paper.version}.${where}`;
}

function entry(
  kind: string,
  key: string,
  fields: { readonly [name: string]: string },
): string {
  const lines = Object.entries(fields).map(([name, value]) =>
    `  ${name.padEnd(12)} = {${name === "url" ? value : escapeTex(value)}}`
  );
  return `@${kind}{${key},\n${lines.join(",\n")}\n}`;
}

function word(name: string): string {
  return name.normalize("NFKD").replace(/[^A-Za-z]/g, "").toLowerCase();
}
