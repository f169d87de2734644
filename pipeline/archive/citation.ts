/** The small files that other programs read: who made it, and how it is cited. */
import { canonicalPretty, type Json } from "../stage/json.ts";
import type { Author } from "../project/publication.ts";
import { type Release, releaseDate, sourcesUrl } from "./release.ts";

/** `CITATION.cff`, version 1.2.0. JSON's strings are YAML's. */
export function citationFile(release: Release): string {
  const { publication, code } = release;
  const { title, version, license, description, keywords, repository } =
    publication;
  const text = (value: string) => JSON.stringify(value);
  return [
    "cff-version: 1.2.0",
    `message: ${text("If you use these results, please cite them as below.")}`,
    "type: dataset",
    `title: ${text(title)}`,
    `version: ${text(version)}`,
    `date-released: ${releaseDate(release)}`,
    `license: ${text(license)}`,
    `abstract: ${text(description)}`,
    "keywords:",
    ...keywords.map((word) => `  - ${text(word)}`),
    "authors:",
    ...publication.authors.flatMap((author) =>
      author.name !== undefined ? [`  - name: ${text(author.name)}`] : [
        `  - given-names: ${text(author.given)}`,
        `    family-names: ${text(author.family)}`,
        ...(author.affiliation
          ? [`    affiliation: ${text(author.affiliation)}`]
          : []),
        ...(author.orcid
          ? [`    orcid: "https://orcid.org/${author.orcid}"`]
          : []),
      ]
    ),
    ...(repository ? [`repository-code: ${text(repository)}`] : []),
    "identifiers:",
    "  - type: swh",
    `    value: ${text(code)}`,
    "    description: The sources as run",
    "",
  ].join("\n");
}

/** `.zenodo.json`: also the body that the deposit sends. No DOI that nobody gave. */
function zenodoMetadata(release: Release): { [key: string]: Json } {
  const { publication } = release;
  const sources = sourcesUrl(release);
  return {
    title: publication.title,
    upload_type: "dataset",
    description: `<p>${escapeHtml(publication.description)}</p>`,
    creators: publication.authors.map(creator),
    access_right: "open",
    license: publication.license,
    version: publication.version,
    publication_date: releaseDate(release),
    keywords: publication.keywords,
    related_identifiers: [
      // As an address: Zenodo refuses what its list of schemes does not have, and swh
      // is none of them.
      ...(sources
        ? [{
          identifier: sources,
          relation: "hasPart",
          resource_type: "software",
        }]
        : []),
      ...publication.datasets.map(({ page }) => ({
        identifier: page,
        relation: "isDerivedFrom",
        resource_type: "dataset",
      })),
      ...(publication.repository
        ? [{
          identifier: publication.repository,
          relation: "isSupplementTo",
          resource_type: "software",
        }]
        : []),
    ],
  };
}

/** `.zenodo.json` as a text. */
export function zenodoFile(release: Release): string {
  return canonicalPretty(zenodoMetadata(release));
}

function creator(author: Author): Json {
  if (author.name !== undefined) return { name: author.name };
  const { given, family, affiliation, orcid } = author;
  return {
    name: `${family}, ${given}`,
    ...(affiliation && { affiliation }),
    ...(orcid && { orcid }),
  };
}

/** `codemeta.json`, version 3. */
export function codemetaFile(release: Release): string {
  const { publication, deno, code } = release;
  return canonicalPretty({
    "@context": "https://w3id.org/codemeta/3.0",
    "@type": "SoftwareSourceCode",
    name: publication.title,
    description: publication.description,
    identifier: code,
    version: publication.version,
    license: `https://spdx.org/licenses/${publication.license}`,
    datePublished: releaseDate(release),
    programmingLanguage: "TypeScript",
    runtimePlatform: `Deno ${deno}`,
    // An object: the vocabulary takes a text there for an address.
    softwareRequirements: [{
      "@type": "SoftwareApplication",
      name: "Deno",
      softwareVersion: deno,
      url: "https://deno.com/",
    }],
    keywords: publication.keywords,
    ...(publication.repository && { codeRepository: publication.repository }),
    author: publication.authors.map(agent),
  });
}

function agent(author: Author): Json {
  if (author.name !== undefined) {
    return { "@type": "Organization", name: author.name };
  }
  const { given, family, affiliation, orcid } = author;
  return {
    "@type": "Person",
    ...(orcid && { "@id": `https://orcid.org/${orcid}` }),
    givenName: given,
    familyName: family,
    ...(affiliation && {
      affiliation: { "@type": "Organization", name: affiliation },
    }),
  };
}

/** A text as HTML. */
export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
