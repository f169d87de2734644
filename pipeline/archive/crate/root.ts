/** The crate itself: what it is about, whose it is, and which profiles it keeps. */
import { type Release, releaseDate } from "../release.ts";
import { authorName } from "../author.ts";
import { CODE, CRATE } from "../layout.ts";
import { licenseId } from "../licenses.ts";
import {
  actionId,
  authorIds,
  type Described,
  type Entity,
  fileId,
  ref,
} from "./entity.ts";
import { othersLicenses } from "./files.ts";

const PROFILES = [
  ["https://w3id.org/ro/wfrun/process/0.5", "Process Run Crate", "0.5"],
  ["https://w3id.org/ro/wfrun/workflow/0.5", "Workflow Run Crate", "0.5"],
  ["https://w3id.org/ro/wfrun/provenance/0.5", "Provenance Run Crate", "0.5"],
  [
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0",
    "Workflow RO-Crate",
    "1.0",
  ],
] as const;

/** The metadata file, the root, its profiles, license and authors. */
export function root(release: Release, files: readonly Described[]): Entity[] {
  const { publication, run } = release;
  const license = licenseId(publication.license);
  const ids = authorIds(release);
  const publisher = publisherId(release);
  return [
    {
      "@id": CRATE,
      "@type": "CreativeWork",
      about: ref("./"),
      conformsTo: [
        ref("https://w3id.org/ro/crate/1.1"),
        ref("https://w3id.org/workflowhub/workflow-ro-crate/1.0"),
      ],
    },
    {
      "@id": "https://w3id.org/ro/crate/1.1",
      "@type": "CreativeWork",
      name: "RO-Crate Metadata Specification",
      version: "1.1",
    },
    {
      "@id": "./",
      "@type": "Dataset",
      name: publication.title,
      description: publication.description,
      datePublished: releaseDate(release),
      version: publication.version,
      keywords: publication.keywords.join(", "),
      license: ref(license),
      author: ids.map(ref),
      ...(publisher !== undefined && { publisher: ref(publisher) }),
      conformsTo: PROFILES.map(([id]) => ref(id)),
      mainEntity: ref(fileId(CODE + publication.workflow)),
      mentions: [
        "#run",
        "#organize",
        ...Object.keys(run.instances).map(actionId),
      ].map(ref),
      hasPart: [
        ...files.filter(({ name }) => name !== CRATE)
          .map(({ name }) => fileId(name)),
        CODE,
        ...(release.data
          ? []
          : publication.datasets.flatMap(({ files }) =>
            files.map(({ urls }) => urls[0]!) // a mirror is declared
          )),
      ].map(ref),
    },
    ...PROFILES.map(([id, name, version]) => ({
      "@id": id,
      "@type": "CreativeWork",
      name,
      version,
    })),
    ...[...new Set([publication.license, ...othersLicenses(release)])].map(
      (name) => ({
        "@id": licenseId(name),
        "@type": "CreativeWork",
        name,
        identifier: licenseId(name),
      }),
    ),
    ...publication.authors.flatMap((author, index): Entity[] => {
      const id = ids[index]!; // one for each author
      const name = authorName(author);
      if (author.name !== undefined) {
        return [{ "@id": id, "@type": "Organization", name }];
      }
      const { given, family, affiliation } = author;
      const house = `#organization-${index + 1}`;
      const person = {
        "@id": id,
        "@type": "Person",
        name,
        givenName: given,
        familyName: family,
      };
      return affiliation
        ? [
          { ...person, affiliation: ref(house) },
          { "@id": house, "@type": "Organization", name: affiliation },
        ]
        : [person];
    }),
  ];
}

/** The organisation that stands for the work: the first that signs, else an author's. */
function publisherId(
  { publication: { authors } }: Release,
): string | undefined {
  const signs = authors.findIndex(({ name }) => name !== undefined);
  if (signs >= 0) return `#author-${signs + 1}`;
  const house = authors.findIndex((one) =>
    one.name === undefined && one.affiliation
  );
  return house >= 0 ? `#organization-${house + 1}` : undefined;
}
