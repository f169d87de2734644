/**
 * Makes an archive: the present run, checked against the published one, its
 * sources, and what is written about both; looks through all of it for secrets;
 * packs it; checks what was packed; and only then gives it its name.
 */
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { homedir, hostname, userInfo } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { presentRun, publicationOf } from "../published/present.ts";
import { type Digest, digestBytes, digestFile } from "../digest.ts";
import { fail, ok, type Result } from "../failure.ts";
import { canonicalPretty, type Json } from "../json.ts";
import type { Opened } from "../project.ts";
import { comparePresent } from "../published/candidate.ts";
import { LOCK, type Lock, printLock, readLock } from "../published/lock.ts";
import type { Judge, Publication } from "../published/publication.ts";
import { comparisonLines } from "../render/comparison.ts";
import { outline } from "../render/outline.ts";
import { picture } from "../render/picture.ts";
import { style } from "../render/style.ts";
import { Plan } from "../plan.ts";
import { citationFile, codemetaFile, zenodoFile } from "./citation.ts";
import { crateFile, type Described } from "./crate.ts";
import type { Edition, Piece } from "./edition.ts";
import { peakMemory, totalSeconds } from "./edition.ts";
import { inspect } from "./inspection.ts";
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
import type { Level } from "./level.ts";
import { printManifest } from "./manifest.ts";
import { nameProblem } from "./name.ts";
import { pack } from "./pack.ts";
import { previewFile } from "./preview.ts";
import { isText, leak, type Machine } from "./privacy.ts";
import { readmeFile } from "./readme.ts";
import { sourceFiles } from "./sources.ts";
import { blobHash, directoryId } from "./swhid.ts";
import { licenseTable, type System, vendor } from "./vendoring.ts";
import { verifierFile } from "./verifier.ts";
import { compareBytes } from "./zip.ts";

/** What is asked for. */
export interface Order {
  /** Mark what is missing instead of refusing. */
  readonly draft: boolean;
  /** With the files of the datasets. */
  readonly data: boolean;
  /** With the packages for a system. */
  readonly vendor?: System;
  /** Told what is being fetched. */
  readonly say?: (line: string) => void;
  /** Where it goes; by default into the root, under the publication's name. */
  readonly output: string | undefined;
  /** The artifact with the verdicts. */
  readonly verdicts: string | undefined;
  readonly deno: string;
  readonly judge: Judge;
}

/** What was made. */
export interface Made {
  readonly path: string;
  readonly size: number;
  readonly digest: Digest;
  /** The digest of the manifest. */
  readonly root: string;
  readonly levels: readonly Level[];
  readonly missing: readonly string[];
}

/** Makes an archive of an opened project. */
export async function makeArchive(
  opened: Opened,
  order: Order,
): Promise<Result<Made>> {
  const publication = publicationOf(opened);
  const present = presentRun(opened, order.verdicts);
  if (!present.ok) return present;
  const published = publishedRun(opened, present.value, publication);
  if (!published.ok) return published;
  const { run, missing: unpublished } = published.value;
  const missing = [
    ...unpublished,
    ...shortcomings(opened.root, publication, run),
  ];
  if (missing.length > 0 && !order.draft) {
    return fail({
      kind: "not-publishable",
      what: "Archive this run",
      seen: missing.join("\n"),
      hint: "mend this, or make a draft: deno task archive --draft",
    });
  }
  const gathered = await gather(opened, order, { publication, run, missing });
  if (!gathered.ok) return gathered;
  const pieces = gathered.value;
  const found = leaks(opened.root, pieces);
  if (found) return fail(found);

  const name = `${publication.name}-${publication.version}`;
  const path = resolve(
    order.output ??
      join(opened.root, `${name}${order.draft ? "-draft" : ""}.zip`),
  );
  if (!existsSync(dirname(path))) {
    return fail({
      kind: "no-folder",
      what: `Write the archive "${path}"`,
      seen: "its folder is not there",
    });
  }
  const part = `${path}.part`;
  rmSync(part, { force: true });
  try {
    await pack(pieces, part);
    const { root, levels } = inspect(part, order.judge, 2);
    const bad = levels.find(({ level, answer }) =>
      answer === "no" && !(level === 2 && order.draft)
    );
    if (bad) {
      return fail({
        kind: "archive-wrong",
        what: `Check the archive that was just made, level ${bad.level}`,
        seen: bad.findings.slice(0, 5).join("\n"),
      });
    }
    const digest = digestFile(part);
    const { size } = statSync(part);
    renameSync(part, path);
    return ok({ path, size, digest, root, levels, missing });
  } finally {
    rmSync(part, { force: true });
  }
}

/**
 * The published run, if the present one is it bit for bit: so the archive is the
 * same whoever makes it, times of the run included. Otherwise the present run,
 * and a word about that.
 */
function publishedRun(
  opened: Opened,
  present: Lock,
  publication: Publication,
): Result<{ run: Lock; missing: readonly string[] }> {
  const lock = readLock(join(opened.root, LOCK));
  if (!lock.ok) return lock;
  if (!lock.value) {
    return ok({
      run: present,
      missing: [`${LOCK}: publish the run first, deno task publish`],
    });
  }
  const comparison = comparePresent(lock.value, opened, present, publication);
  if (
    comparison.kind === "identical" &&
    Object.entries(present.instances).every(([id, { fingerprint }]) =>
      lock.value?.instances[id]?.fingerprint === fingerprint
    )
  ) return ok({ run: lock.value, missing: [] });
  const why = comparison.kind === "identical"
    ? "the code has changed since, though not the results"
    : comparisonLines(comparison, style(false)).join("\n");
  return ok({
    run: present,
    missing: [`this run is not the published one: ${why}\ndeno task publish`],
  });
}

/** What keeps a publication from being one, each with what to add. */
function shortcomings(
  root: string,
  { authors, license, title, datasets }: Publication,
  { verdicts }: Lock,
): string[] {
  const missing: string[] = [];
  if (title.trim() === "") {
    missing.push('a title; add to [paper] in experiment.toml: title = "…"');
  }
  if (authors.length === 0) {
    missing.push(
      "an author; add to experiment.toml:\n" +
        '[[authors]]\ngiven = "…"\nfamily = "…"\naffiliation = "…"\norcid = "…"',
    );
  }
  if (license.trim() === "") {
    missing.push(
      'a licence; add to [paper] in experiment.toml: license = "MIT"',
    );
  } else if (!existsSync(join(root, "LICENSE"))) {
    missing.push(`the text of the licence ${license}, in a file LICENSE`);
  }
  for (const { name, files } of datasets) {
    if (files.some(({ urls }) => urls.length === 0)) {
      missing.push(
        `an address where ${name} can be had; add it to the mirrors`,
      );
    }
  }
  for (const { id, verdict } of verdicts) {
    if (verdict !== "holds") {
      missing.push(`proof of the claim ${id}: ${verdict}`);
    }
  }
  return missing;
}

/** All files of the archive by name. */
async function gather(
  opened: Opened,
  order: Order,
  { publication, run, missing }: Pick<
    Edition,
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
            what: `Include the data ${name}`,
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
  const edition: Edition = {
    publication,
    run,
    code: directoryId(blobs),
    deno: order.deno,
    data: order.data,
    ...(order.vendor && { vendor: `${order.vendor.os}-${order.vendor.cpu}` }),
    missing,
    memory,
    outline: picture(outline(graph, new Plan(graph, opened.world))),
  };
  const write = (name: string, text: string) =>
    pieces.set(name, { kind: "text", text });
  write("README.md", readmeFile(edition));
  write("CITATION.cff", citationFile(edition));
  write(".zenodo.json", zenodoFile(edition));
  write("codemeta.json", codemetaFile(edition));
  write("verify.ts", await verifierFile(root, publication.judge));
  write(CLAIMS, claimsFile(edition));
  write(EXPERIMENT, canonicalPretty(run.experiment));
  write(DATASETS, canonicalPretty(publication.datasets as unknown as Json));
  write(RUN, printLock(run));

  const problem = [...pieces.keys()].flatMap((name) => nameProblem(name) ?? [])
    .at(0);
  if (problem) {
    return fail({
      kind: "file-name",
      what: "Archive a file",
      seen: `its name ${problem}`,
    });
  }
  write("ro-crate-preview.html", previewFile(edition, describe(pieces)));
  // The manifest has the crate's digest, so the crate names it without one.
  write(MANIFEST, "");
  write(CRATE, crateFile(edition, describe(pieces)));
  write(
    MANIFEST,
    printManifest(
      describe(pieces).filter(({ name }) => name !== MANIFEST)
        .map(({ name, digest }) => [name, digest] as const),
    ),
  );
  return ok(pieces);
}

function claimsFile(edition: Edition): string {
  const { publication, run } = edition;
  const definitions = new Map(
    publication.claims.map((claim) => [
      String((claim as { id?: Json } | null)?.id),
      claim,
    ]),
  );
  return canonicalPretty({
    metrics: archivePath(publication.metrics),
    claims: run.verdicts.map(({ id, sentence, verdict, evidence }) => ({
      id,
      sentence,
      verdict,
      evidence,
      claim: definitions.get(id) ?? null,
      check: {
        command: "deno run --allow-read verify.ts .",
        remake: "cd code && deno task reproduce",
        remake_seconds: Math.round(totalSeconds(edition)),
        memory_mib: peakMemory(edition),
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

/** Looks through all texts; binary results are made of inputs that were texts. */
function leaks(root: string, pieces: ReadonlyMap<string, Piece>) {
  const machine: Machine = {
    folders: [...new Set([root, homedir()])],
    names: [userInfo().username, hostname()],
  };
  for (const [name, piece] of pieces) {
    let text: string;
    if (piece.kind === "text") text = piece.text;
    else {
      if (!isText(beginning(piece.path))) continue;
      if (statSync(piece.path).size > 64 * 2 ** 20) continue;
      text = readFileSync(piece.path, "utf8");
    }
    const found = leak(text, machine);
    if (found) {
      return {
        kind: "leak",
        what: `Archive "${name}"`,
        seen: `line ${found.line} has ${found.what}`,
        hint: "take it out, run again, and publish",
      };
    }
  }
}

function beginning(path: string): Uint8Array {
  const bytes = new Uint8Array(8000);
  const file = openSync(path, "r");
  try {
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(file);
  }
}

function feed(path: string, write: (piece: Uint8Array) => void): void {
  const file = openSync(path, "r");
  try {
    const buffer = new Uint8Array(1 << 20);
    for (;;) {
      const count = readSync(file, buffer, 0, buffer.length, null);
      if (count === 0) return;
      write(buffer.subarray(0, count));
    }
  } finally {
    closeSync(file);
  }
}
