/** BibTeX of the reproduction, and of what it reproduces. */
import type { JsonObject } from "../../pipeline/stage/json.ts";
import type { Params } from "./params.ts";

/** Two entries: the software, and the paper. */
export function bibtex({ paper, authors }: Params): string {
  const names = authors.map(({ family, given }) => `${family}, ${given}`);
  const first = word(String(authors[0]?.family ?? "anonymous"));
  const theirs = String(paper.author).split(/\s+/).at(-1) ?? "anonymous";
  return [
    entry("software", `${first}-facsimile`, {
      author: names.join(" and "),
      title: `A reproduction of: ${paper.title}`,
      version: paper.version ?? null,
      license: paper.license ?? null,
      url: paper.repository ?? null,
    }),
    entry("misc", `${word(theirs)}${paper.year}`, {
      author: paper.author ?? null,
      title: paper.title ?? null,
      howpublished: paper.venue ?? null,
      year: paper.year ?? null,
    }),
  ].join("\n\n");
}

/** The reproduction as a line of a list of references. */
export function reference({ paper, authors }: Params): string {
  const names = authors.map(({ family, given }) => `${given} ${family}`);
  const version = paper.version === undefined
    ? ""
    : `, version ${paper.version}`;
  const where = paper.repository === undefined ? "" : ` ${paper.repository}`;
  return `${
    names.join(", ")
  }: A reproduction of “${paper.title}” (${paper.author}, ${paper.venue}, ${paper.year})${version}.${where}`;
}

function entry(kind: string, key: string, fields: JsonObject): string {
  const lines = Object.entries(fields)
    .filter(([, value]) => value !== null && value !== "")
    .map(([name, value]) =>
      `  ${name.padEnd(12)} = {${
        name === "url" ? value : escapeTex(String(value))
      }}`
    );
  return `@${kind}{${key},\n${lines.join(",\n")}\n}`;
}

function word(name: string): string {
  return name.normalize("NFKD").replace(/[^A-Za-z]/g, "").toLowerCase();
}

function escapeTex(text: string): string {
  return text.replace(/[&%$#_{}]/g, "\\$&");
}
