/**
 * What Zenodo refuses in the description of a deposit: as its loader of the older
 * interface has it (zenodo-rdm, `legacy/deserializers/metadata.py`) and the schema
 * behind that (invenio-rdm-records 21, `services/schemas/metadata.py`,
 * `config.py: RDM_RECORDS_IDENTIFIERS_SCHEMES`).
 */

/** A complaint as the interface words it. */
export interface Complaint {
  readonly field: string;
  readonly messages: readonly string[];
}

/** The list of schemes. `swh`, which idutils would detect, is not on it. */
const SCHEMES: ReadonlySet<string> = new Set([
  "ark",
  "arxiv",
  "ads",
  "crossreffunderid",
  "cstr",
  "doi",
  "ean13",
  "eissn",
  "grid",
  "handle",
  "igsn",
  "isbn",
  "isni",
  "issn",
  "istc",
  "lissn",
  "lsid",
  "pmid",
  "purl",
  "rrid",
  "upc",
  "url",
  "urn",
  "wikidata",
  "w3id",
  "other",
]);

/** How the scheme of an identifier is detected, as far as archives have any. */
const DETECTED: readonly (readonly [scheme: string, pattern: RegExp])[] = [
  ["doi", /^(doi:|https?:\/\/(dx\.)?doi\.org\/)?10\.\d+(\.\d+)*\/\S+$/i],
  ["swh", /^swh:1:(cnt|dir|rel|rev|snp):[0-9a-f]{40}(;\S+)?$/],
  ["urn", /^urn:[a-z0-9-]+:\S+$/i],
  ["arxiv", /^arxiv:\d{4}\.\d{4,5}/i],
  ["ark", /^ark:\/?\d+\//i],
  ["url", /^(https?|ftp):\/\/[^\s/]+\.[^\s/]+(\/\S*)?$/i],
];

const RELATIONS: ReadonlySet<string> = new Set([
  "cites",
  "compiles",
  "continues",
  "documents",
  "hasPart",
  "isAlternateIdentifier",
  "isDerivedFrom",
  "isIdenticalTo",
  "isPartOf",
  "isSourceOf",
  "isSupplementTo",
  "isSupplementedBy",
  "references",
]);

/** All complaints about a description, as it is sent. */
export function complaints(sent: unknown): Complaint[] {
  const found: Complaint[] = [];
  const say = (field: string, message: string) =>
    found.push({ field, messages: [message] });
  const { metadata, ...unknown } = table(sent);
  for (const key of Object.keys(unknown)) say(key, "Unknown field.");
  const {
    title,
    upload_type: type,
    creators,
    publication_date: date,
    access_right: access = "open",
    license,
    related_identifiers: related = [],
  } = table(metadata);
  if (typeof title !== "string" || title.length < 3) {
    say("metadata.title", "Shorter than minimum length 3.");
  }
  if (typeof type !== "string") {
    say("metadata.resource_type", "Missing data for required field.");
  }
  if (typeof date !== "string" || !/^\d{4}(-\d\d(-\d\d)?)?$/.test(date)) {
    say(
      "metadata.publication_date",
      "Please provide a valid date or interval.",
    );
  }
  if (access !== "open") say("_schema", "Unknown access type.");
  if (typeof license !== "string") {
    say("metadata.license", "Invalid license value provided");
  }
  if (!Array.isArray(creators) || creators.length === 0) {
    say("metadata.creators", "Missing data for required field.");
  } else {
    for (const [index, creator] of creators.entries()) {
      const { name } = table(creator);
      const field = `metadata.creators.${index}.person_or_org`;
      if (typeof name !== "string" || name.trim() === "") {
        say(field, "Family name or given name must be filled.");
      } else if (/^,|,$/.test(name.trim())) {
        say(field, "Family name must be filled.");
      }
    }
  }
  if (!Array.isArray(related)) {
    say("metadata.related_identifiers", "related_identifiers must be a list");
    return found;
  }
  for (const [index, one] of related.entries()) {
    const { identifier, relation } = table(one);
    const field = `metadata.related_identifiers.${index}`;
    const scheme = DETECTED.find(([, pattern]) =>
      pattern.test(String(identifier))
    )?.[0];
    if (scheme === undefined || !SCHEMES.has(scheme)) {
      say(`${field}.identifier`, "Invalid identifier: no valid scheme.");
    }
    if (typeof relation !== "string" || !RELATIONS.has(relation)) {
      say(`${field}.relation_type`, "Invalid value.");
    }
  }
  return found;
}

function table(value: unknown): { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as { readonly [key: string]: unknown }
    : {};
}
