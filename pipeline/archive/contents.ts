/** The files of an archive: results, sources, packages, and what is written about them. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { type Digest, digestBytes, digestFile } from "../store/digest.ts";
import { fail, ok, type Result } from "../failure.ts";
import { canonicalPretty, type Json } from "../stage/json.ts";
import { Plan } from "../plan/plan.ts";
import type { Opened } from "../plan/open.ts";
import { printLock } from "../published/lock.ts";
import { boxesOf } from "../render/boxes.ts";
import { picture } from "../render/picture.ts";
import { citationFile, codemetaFile, zenodoFile } from "./citation.ts";
import { crateFile } from "./crate/crate.ts";
import type { Described } from "./crate/entity.ts";
import type { Piece, Release } from "./release.ts";
import { peakMemory, totalSeconds } from "./release.ts";
import { feed } from "./folder.ts";
import {
  archivePath,
  CLAIMS,
  CODE,
  CRATE,
  DATASETS,
  EXPERIMENT,
  MANIFEST,
  RUN,
  VENDOR,
} from "./layout.ts";
import { printManifest } from "./manifest.ts";
import { nameProblem } from "./name.ts";
import type { Order } from "./order.ts";
import { previewFile } from "./preview.ts";
import { readmeFile } from "./readme.ts";
import { sourceFiles } from "./sources.ts";
import { blobHash, directoryId } from "./swhid.ts";
import { verifierFile } from "./verifier.ts";
import { licenseTable, vendor } from "./packages.ts";
import { compareBytes } from "./container.ts";

/** All files of the archive by name. */
export async function contents(
  opened: Opened,
  order: Order,
  { publication, run, missing }: Pick<
    Release,
    "publication" | "run" | "missing"
  >,
): Promise<Result<Map<string, Piece>>> {
  const { root, graph, store } = opened;
  const pieces = new Map<string, Piece>();
  const used = graph.instances.flatMap((instance) => [
    ...opened.code(instance)?.files ?? [],
    ...Object.values(instance.links).flatMap((link) =>
      link.kind === "file" ? [join(root, link.path)] : []
    ),
  ]);
  const sources = await sourceFiles(root, publication.sources, new Set(used));
  if (!sources.ok) return sources;
  const blobs = sources.value.map((path) => {
    const file = join(root, path);
    pieces.set(CODE + path, { kind: "file", path: file });
    const { size } = statSync(file);
    return [path, blobHash(size, (write) => feed(file, write))] as const;
  });
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
    const text = (name: string, text: string) =>
      pieces.set(VENDOR + name, { kind: "text", text });
    text("PACKAGES.md", licenseTable(tarballs.value));
    text(
      "registry.ts",
      readFileSync(join(import.meta.dirname!, "registry.ts"), "utf8"), // a local file
    );
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
  const release: Release = {
    publication,
    run,
    code: directoryId(blobs),
    deno: order.deno,
    data: order.data,
    levels: order.levels,
    mirror: order.mirror,
    ...(order.vendor && { vendor: `${order.vendor.os}-${order.vendor.cpu}` }),
    missing,
    memory,
    outline: picture(boxesOf(graph, new Plan(graph, opened.world))),
  };
  const write = (name: string, text: string) =>
    pieces.set(name, { kind: "text", text });
  write("README.md", readmeFile(release));
  write("CITATION.cff", citationFile(release));
  write(".zenodo.json", zenodoFile(release));
  write("codemeta.json", codemetaFile(release));
  write("verify.ts", await verifierFile(root, publication.judge));
  write(CLAIMS, claimsFile(release));
  write(EXPERIMENT, canonicalPretty(run.experiment));
  write(DATASETS, canonicalPretty(publication.datasets as unknown as Json));
  write(RUN, printLock(run));

  const problem = [...pieces.keys()].flatMap((name) => nameProblem(name) ?? [])
    .at(0);
  if (problem) {
    return fail({
      kind: "file-name",
      what: "Cannot archive a file",
      seen: `its name ${problem}`,
    });
  }
  write("ro-crate-preview.html", previewFile(release, describe(pieces)));
  // The manifest has the crate's digest, so the crate names it without one.
  write(MANIFEST, "");
  write(CRATE, crateFile(release, describe(pieces)));
  write(
    MANIFEST,
    printManifest(
      describe(pieces).filter(({ name }) => name !== MANIFEST)
        .map(({ name, digest }) => [name, digest] as const),
    ),
  );
  return ok(pieces);
}

function claimsFile(release: Release): string {
  const { publication, run } = release;
  const definitions = new Map(
    publication.claims.map((claim) => [
      String((claim as { id?: Json } | null)?.id),
      claim,
    ]),
  );
  return canonicalPretty({
    metrics: publication.metrics === undefined
      ? null
      : archivePath(publication.metrics),
    claims: run.verdicts.map(({ id, sentence, verdict, evidence }) => ({
      id,
      sentence,
      verdict,
      evidence,
      claim: definitions.get(id) ?? null,
      check: {
        command: "deno run --allow-read verify.ts .",
        remake: "cd code && deno task reproduce",
        remake_seconds: Math.round(totalSeconds(release)),
        memory_mib: peakMemory(release),
      },
    })),
  });
}

/** Sizes and digests, by the bytes of the names. */
function describe(pieces: ReadonlyMap<string, Piece>): Described[] {
  return [...pieces].sort(([a], [b]) => compareBytes(a, b)).map(
    ([name, piece]) =>
      piece.kind === "text"
        ? {
          name,
          size: new TextEncoder().encode(piece.text).length,
          digest: digestBytes(piece.text),
        }
        : {
          name,
          size: statSync(piece.path).size,
          digest: digestFile(piece.path),
        },
  );
}
