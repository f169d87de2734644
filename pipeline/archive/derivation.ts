/**
 * The documents of an archive, each a function of the release and of the files
 * that are described: so that the verifier makes them again, and a value that
 * stands in several of them has one source.
 */
import { canonicalPretty, type Json } from "../stage/json.ts";
import { printLock } from "../published/lock.ts";
import { citationFile, codemetaFile, zenodoFile } from "./citation.ts";
import { claimsFile } from "./claims.ts";
import { crateFile } from "./crate/crate.ts";
import type { Described } from "./crate/entity.ts";
import {
  CLAIMS,
  CRATE,
  DATASETS,
  EXPERIMENT,
  MANIFEST,
  NOTICE,
  PICTURE,
  PREVIEW,
  RUN,
  VENDOR,
} from "./layout.ts";
import { licenseTable, noticeFile } from "./licenses.ts";
import { outline } from "./outline.ts";
import { previewFile } from "./preview.ts";
import { readmeFile } from "./readme.ts";
import type { Release } from "./release.ts";

/** A document, given what is known of the archive's files. */
type Document = (files: readonly Described[]) => string;

/** The documents by name, in the order in which they are made: the last two describe those before. */
export function documentsOf(release: Release): Map<string, Document> {
  const { publication, run, vendor } = release;
  return new Map<string, Document>([
    ["README.md", () => readmeFile(release)],
    [NOTICE, () => noticeFile(release)],
    ["CITATION.cff", () => citationFile(release)],
    [".zenodo.json", () => zenodoFile(release)],
    ["codemeta.json", () => codemetaFile(release)],
    [CLAIMS, () => claimsFile(release)],
    [PICTURE, () => outline(run) + "\n"],
    [EXPERIMENT, () => canonicalPretty(run.experiment)],
    [DATASETS, () => canonicalPretty(json(publication.datasets))],
    [RUN, () => printLock(run)],
    ...vendor
      ? [[`${VENDOR}PACKAGES.md`, () => licenseTable(vendor.packages)] as const]
      : [],
    [
      PREVIEW,
      (files) =>
        previewFile(
          release,
          files.filter(({ name }) =>
            name !== PREVIEW && name !== CRATE && name !== MANIFEST
          ),
        ),
    ],
    [CRATE, (files) => crateFile(release, files)],
  ]);
}

/** As JSON has it: without what is not set. */
export function json(value: unknown): Json {
  return JSON.parse(JSON.stringify(value));
}
