/** The licences of what an archive carries along. */
import type { Package, Release } from "./release.ts";

/** `vendor/PACKAGES.md`: the packages and their licences. */
export function licenseTable(packages: readonly Package[]): string {
  return [
    "# Packages",
    "",
    "Unchanged, as their registry serves them; each tarball has its licence inside.",
    "",
    "| package | version | licence |",
    "|---|---|---|",
    ...packages.map(({ name, version, license }) =>
      `| ${name} | ${version} | ${license ?? "see the tarball"} |`
    ),
    "",
  ].join("\n");
}

/** `NOTICE.md`: whose work besides the authors' is in the archive, and on what terms. */
export function noticeFile({ publication, data, vendor }: Release): string {
  const { license, datasets, carried = [] } = publication;
  const lesser = (vendor?.packages ?? []).filter((one) =>
    one.license?.includes("LGPL")
  );
  const rows = [
    ...carried.map(({ name, where, holder, license, page }) => [
      `[${name}](${page})`,
      where,
      holder,
      license,
    ]),
    ...data
      ? datasets.map(({ name, page, citation, license, terms }) => [
        `[${name}](${page})`,
        "`data/`",
        citation,
        license === undefined ? terms : `${license}. ${terms}`,
      ])
      : [],
    ...vendor
      ? [[
        "npm packages",
        "`vendor/npm/`, unchanged",
        "see each tarball",
        "[`vendor/PACKAGES.md`](vendor/PACKAGES.md)",
      ]]
      : [],
  ];
  return [
    "# Notice",
    "",
    `This archive is under ${license} (\`LICENSE\`), but for the work of others in it.`,
    "",
    ...rows.length > 0
      ? ["| what | where | by | licence |", "|---|---|---|---|"]
      : ["There is none."],
    ...rows.map((cells) => `| ${cells.join(" | ")} |`),
    "",
    ...lesser.length > 0
      ? [
        `Under the LGPL are ${
          lesser.map(({ name, version }) => `${name} ${version}`).join(", ")
        }: libraries of their own, unchanged, in files of their own, which may be ` +
        "replaced by others. Their sources are where their tarballs say.",
        "",
      ]
      : [],
  ].join("\n");
}

/** The id of a licence, or of an expression of several, in the crate. */
export function licenseId(license: string): string {
  return /^[\w.+-]+$/.test(license)
    ? `https://spdx.org/licenses/${license}`
    : `#license-${encodeURIComponent(license)}`;
}
