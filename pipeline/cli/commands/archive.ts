/** `archive`: packs the published run into one ZIP that checks itself. */
import { join } from "node:path";
import { overlays, type Parsed } from "../arguments.ts";
import type { Console } from "../console.ts";
import { unwrap } from "../../failure.ts";
import { share } from "../../store/lease.ts";
import { open } from "../../plan/open.ts";
import { levelsOf, type Project } from "../../project/project.ts";
import { NO_CLAIMS } from "../../project/publication.ts";
import { levelLines } from "../../archive/level.ts";
import { buildArchive } from "../../archive/build.ts";
import { parseSystem } from "../../archive/packages.ts";
import { sourcesText } from "../../archive/release.ts";

/** The command `archive`. */
export default async function archiveCommand<Config>(
  project: Project<Config>,
  parsed: Parsed,
  { out, err, outStyle: { bold, green, yellow, dim } }: Console,
): Promise<number> {
  using _shared = share(join(project.root, ".store"));
  const opened = unwrap(
    await open(project, overlays(parsed, project.shorthands)),
  );
  const system = parsed.has("vendor")
    ? unwrap(parseSystem(parsed.one("vendor") ?? ""))
    : undefined;
  const made = unwrap(
    await buildArchive(opened, {
      draft: parsed.has("draft"),
      // Without its data it could not be run again without a network either.
      data: parsed.has("include-data") || system !== undefined,
      output: parsed.one("output"),
      ...(system && { vendor: system, say: (line) => err(line + "\n") }),
      verdicts: project.pipeline.verdicts,
      page: project.page,
      deno: project.deno,
      judge: await project.judge?.() ?? NO_CLAIMS,
      levels: levelsOf(project),
      mirror: project.mirror,
    }),
  );
  opened.save();
  const { path, size, digest, root, levels, release } = made;
  const { missing, remarks, sources } = release;
  out(
    [
      ...levels.flatMap((level) => levelLines(level)).map(dim),
      ...(missing.length > 0
        ? [
          yellow(bold("DRAFT, not for publication. Missing:")),
          ...missing.map((one) => yellow(`  ${one.replaceAll("\n", "\n  ")}`)),
        ]
        : []),
      ...remarks.map(({ instance, message }) =>
        yellow(`${instance}: ${message}`)
      ),
      "",
      `${green("archived")}     ${path}`,
      `size         ${(size / 1e6).toFixed(1)} MB`,
      `sha256       ${digest}`,
      `root digest  ${root}`,
      `sources      ${release.code}`,
      (sources.differences?.length === 0 ? dim : yellow)(
        `             ${sourcesText(release)}`,
      ),
      "",
      "Next:",
      `  deno task verify ${path}`,
      ...(missing.length > 0
        ? ["  add what is missing, and archive without --draft"]
        : [
          `  deno task deposit ${path} --sandbox`,
          "  quote the DOI and the root digest in the paper",
        ]),
      "",
    ].join("\n"),
  );
  return 0;
}
