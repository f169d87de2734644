/** The crate itself: what it is about, whose it is, and which profiles it keeps. */
import { type Release, releaseDate } from "../release.ts";
import { CODE, CRATE } from "../layout.ts";
import {
  actionId,
  authorIds,
  type Described,
  type Entity,
  fileId,
  ref,
} from "./entity.ts";

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
  const license = `https://spdx.org/licenses/${publication.license}`;
  const ids = authorIds(release);
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
    {
      "@id": license,
      "@type": "CreativeWork",
      name: publication.license,
      identifier: license,
    },
    ...publication.authors.map(({ given, family, affiliation }, index) => ({
      "@id": ids[index]!, // one for each author
      "@type": "Person",
      name: `${given} ${family}`,
      givenName: given,
      familyName: family,
      ...(affiliation && { affiliation: ref(`#organization-${index + 1}`) }),
    })),
    ...publication.authors.flatMap(({ affiliation }, index) =>
      affiliation
        ? [{
          "@id": `#organization-${index + 1}`,
          "@type": "Organization",
          name: affiliation,
        }]
        : []
    ),
  ];
}
