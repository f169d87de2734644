/** How to cite the reproduction and the paper: in BibTeX, and as a line of text. */
import { escapeTex } from "../figures/tex.ts";
import type { Params } from "./params.ts";

type Cited = Pick<Params, "paper" | "authors">;

/** Two entries: the software, and the paper. */
export function bibtex({ paper, authors }: Cited): string {
  const [first] = authors;
  const ours = word("name" in first! ? first.name : first!.family); // there is an author
  const theirs = word(paper.author.split(/\s+/).at(-1)!); // split gives one at least
  return [
    entry("software", `${ours}-facsimile`, {
      author: raw(authors.map(bibtexName).join(" and ")),
      title: whole(`A reproduction of: ${paper.title}`),
      ...(paper.released !== undefined && { year: String(paper.released) }),
      version: paper.version,
      license: paper.license,
      ...(paper.repository !== undefined && { url: paper.repository }),
    }),
    entry("misc", `${theirs}${paper.year}`, {
      author: paper.author,
      title: whole(paper.title),
      howpublished: paper.venue,
      year: String(paper.year),
    }),
  ].join("\n\n");
}

/** The reproduction as a line of a list of references. */
export function reference({ paper, authors }: Cited): string {
  const names = authors.map((one) =>
    "name" in one ? one.name : `${one.given} ${one.family}`
  );
  const where = paper.repository === undefined ? "" : ` ${paper.repository}`;
  return `${
    names.join(", ")
  }: A reproduction of “${paper.title}” (${paper.author}, ${paper.venue}, ${paper.year}), version ${paper.version}.${where}`;
}

/** A value that is TeX already. */
interface Raw {
  readonly tex: string;
}

function raw(tex: string): Raw {
  return { tex };
}

/** In braces of its own, BibTeX changes no capital and takes nothing apart. */
function whole(text: string): Raw {
  return raw(`{${escapeTex(text)}}`);
}

function bibtexName(author: Cited["authors"][number]): string {
  return "name" in author
    ? whole(author.name).tex
    : escapeTex(`${author.family}, ${author.given}`);
}

function entry(
  kind: string,
  key: string,
  fields: { readonly [name: string]: string | Raw },
): string {
  const lines = Object.entries(fields).map(([name, value]) =>
    `  ${name.padEnd(12)} = {${
      typeof value !== "string"
        ? value.tex
        : name === "url"
        ? value
        : escapeTex(value)
    }}`
  );
  return `@${kind}{${key},\n${lines.join(",\n")}\n}`;
}

function word(name: string): string {
  return name.normalize("NFKD").replace(/[^A-Za-z]/g, "").toLowerCase();
}
