/** The files of an archive: results, sources, packages, and what is written about them. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { type Digest, digestBytes, digestFile } from "../store/digest.ts";
import { fail, ok, type Result } from "../failure.ts";
import type { Opened } from "../plan/open.ts";
import { buildFiles } from "../sandbox/program/environment.ts";
import type { Runs } from "../stage/declaration.ts";
import { LOCK } from "../published/lock.ts";
import type { Described } from "./crate/entity.ts";
import { documentsOf } from "./derivation.ts";
import { releaseFile } from "./statement.ts";
import type { Piece, Release, Statement } from "./release.ts";
import {
  archivePath,
  CODE,
  MANIFEST,
  RELEASE,
  VENDOR,
  VERIFIERS,
} from "./layout.ts";
import { printManifest } from "./manifest.ts";
import { nameProblem } from "./name.ts";
import { materialOf } from "./material.ts";
import type { Order } from "./order.ts";
import { gatherSources } from "./sources.ts";
import { verifierFile } from "./verifier.ts";
import { vendor } from "./packages.ts";
import { compareBytes } from "./container.ts";

/** What an archive is made of. */
interface Contents {
  /** All its files by name. */
  readonly pieces: ReadonlyMap<string, Piece>;
  readonly release: Release;
}

/** All files of the archive, and what is said of it. */
export async function contents(
  opened: Opened,
  order: Order,
  { publication, run, missing }: Pick<
    Release,
    "publication" | "run" | "missing"
  >,
): Promise<Result<Contents>> {
  const { root, graph, store } = opened;
  const pieces = new Map<string, Piece>();
  const used = graph.instances.flatMap((instance) => [
    ...opened.code(instance)?.files ?? [],
    ...environmentFiles(instance.declaration.runs, root),
    ...Object.values(instance.links).flatMap((link) =>
      link.kind === "file" ? [join(root, link.path)] : []
    ),
  ]);
  // The record is a copy of it, committed or not.
  if (existsSync(join(root, LOCK))) used.push(join(root, LOCK));
  const gathered = await gatherSources(root, publication.sources, used);
  if (!gathered.ok) return gathered;
  const { files, id, ...sources } = gathered.value;
  for (const path of files) {
    pieces.set(CODE + path, { kind: "file", path: join(root, path) });
  }
  for (const [path, { digest }] of Object.entries(run.artifacts)) {
    // From the store: read-only, and just checked against its digest.
    pieces.set(archivePath(path), { kind: "file", path: store.object(digest) });
  }
  if (order.data) {
    for (const { files, name } of publication.datasets) {
      for (const file of files) {
        const digest = file.sha256 as Digest;
        if (!store.holds(digest)) {
          return fail({
            kind: "no-data",
            what: `Cannot include the data ${name}`,
            seen: `${file.name} is not in the store`,
            hint: "run deno task reproduce where it can be had",
          });
        }
        pieces.set(`data/${file.name}`, {
          kind: "file",
          path: store.object(digest),
        });
      }
    }
  }
  let vendored: Release["vendor"];
  if (order.vendor) {
    const tarballs = await vendor(
      root,
      join(store.folder, "cache", "npm"),
      order.vendor,
      order.say ?? (() => {}),
    );
    if (!tarballs.ok) return tarballs;
    for (const { path } of tarballs.value) {
      pieces.set(`${VENDOR}npm/${basename(path)}`, { kind: "file", path });
    }
    pieces.set(`${VENDOR}registry.ts`, {
      kind: "text",
      text: readFileSync(join(import.meta.dirname!, "registry.ts"), "utf8"), // a local file
    });
    vendored = {
      system: `${order.vendor.os}-${order.vendor.cpu}`,
      packages: tarballs.value.map(({ path: _, ...known }) => known),
    };
  }
  const license = join(root, "LICENSE");
  if (existsSync(license)) {
    pieces.set("LICENSE", { kind: "file", path: license });
  }
  const memory: Record<string, number> = {};
  for (const { stage, declaration } of graph.instances) {
    memory[stage] = Math.max(
      memory[stage] ?? 0,
      declaration.resources?.memory ?? 0,
    );
  }
  const statement: Statement = {
    publication,
    sources,
    deno: order.deno,
    data: order.data,
    levels: order.levels.map(({ help }) => ({ help })),
    ...(order.mirror !== undefined && { mirror: order.mirror }),
    ...(order.verdicts !== undefined && { verdicts: order.verdicts }),
    ...(order.page !== undefined && { page: order.page }),
    ...(vendored && { vendor: vendored }),
    missing,
    remarks: graph.instances.flatMap(({ id, stage }) => {
      const { fingerprint } = run.instances[id]!; // of the same graph
      const { remarks = [] } = store.record(stage, fingerprint) ?? {};
      return remarks.map((message) => ({ instance: id, message }));
    }),
    memory,
  };
  const read = (name: string) => {
    const piece = pieces.get(name);
    return piece?.kind === "file"
      ? readFileSync(piece.path, "utf8")
      : undefined;
  };
  const release: Release = {
    ...statement,
    run,
    code: id,
    ...materialOf({ publication, run }, read),
  };
  const write = (name: string, text: string) =>
    pieces.set(name, { kind: "text", text });
  write(RELEASE, releaseFile(statement));
  const verifier = await verifierFile(root, publication.judge, order.deno);
  for (const name of VERIFIERS) write(name, verifier);
  const problem = [...pieces.keys()].flatMap((name) => nameProblem(name) ?? [])
    .at(0);
  if (problem) {
    return fail({
      kind: "file-name",
      what: "Cannot archive a file",
      seen: `its name ${problem}`,
    });
  }
  // Each names those before it; the manifest has the crate's digest, so the crate
  // names it without one.
  write(MANIFEST, "");
  for (const [name, make] of documentsOf(release)) {
    write(name, make(describe(pieces)));
  }
  write(
    MANIFEST,
    printManifest(
      describe(pieces).filter(({ name }) => name !== MANIFEST)
        .map(({ name, digest }) => [name, digest] as const),
    ),
  );
  return ok({ pieces, release });
}

/** What the environment of a command is built from, which its process does not read. */
function environmentFiles(runs: Runs, root: string): string[] {
  if (runs.kind === "module" || !runs.environment) return [];
  const { environment } = runs;
  return [environment.lock, ...buildFiles(environment)]
    .map((path) => join(root, path))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
}

/** What is known of pieces, so that none is read for every document that names it. */
const KNOWN = new WeakMap<Piece, Pick<Described, "size" | "digest">>();

/** Sizes and digests, by the bytes of the names. */
function describe(pieces: ReadonlyMap<string, Piece>): Described[] {
  return [...pieces].sort(([a], [b]) => compareBytes(a, b)).map(
    ([name, piece]) => {
      const known = KNOWN.get(piece) ?? (piece.kind === "text"
        ? {
          size: new TextEncoder().encode(piece.text).length,
          digest: digestBytes(piece.text),
        }
        : { size: statSync(piece.path).size, digest: digestFile(piece.path) });
      KNOWN.set(piece, known);
      return { name, ...known };
    },
  );
}
