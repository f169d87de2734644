/** The licences of what an archive carries along. */
import type { Package } from "./release.ts";

/** The table of packages and their licences. */
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
