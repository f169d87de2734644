/**
 * A forger: changes a file of an unpacked archive, and makes everything agree with
 * it that can be made to agree. Whoever makes an archive signs it, so this is what
 * the verifier is up against.
 */
import { createHash } from "node:crypto";
import {
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { compareBytes } from "../../../pipeline/archive/container.ts";
import { documentsOf } from "../../../pipeline/archive/derivation.ts";
import { openFolder } from "../../../pipeline/archive/folder.ts";
import {
  archivePath,
  CODE,
  CRATE,
  MANIFEST,
  RUN,
} from "../../../pipeline/archive/layout.ts";
import { readStatement } from "../../../pipeline/archive/statement.ts";
import { releaseOf } from "../../../pipeline/archive/record.ts";
import {
  LOCK,
  type Lock,
  parseLock,
  printLock,
} from "../../../pipeline/published/lock.ts";
import {
  type Facts,
  fingerprint,
} from "../../../pipeline/store/fingerprint.ts";
import { unwrap } from "../../../pipeline/failure.ts";

const digest = (bytes: Uint8Array | string) =>
  createHash("sha256").update(bytes).digest("hex");

/** The files of a folder, sorted as an archive is. */
export function names(folder: string): string[] {
  return (readdirSync(folder, { recursive: true }) as string[])
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort(compareBytes);
}

/** Signs what is there: the crate's sizes and digests, and the manifest. */
export function sign(folder: string): void {
  const path = join(folder, CRATE);
  const files = new Set(names(folder));
  let crate: { "@graph"?: unknown } | undefined;
  try {
    crate = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error; // spoilt on purpose
  }
  const graph = crate?.["@graph"];
  for (const entity of Array.isArray(graph) ? graph : []) {
    const id = String(entity?.["@id"]);
    const name = /%(?![0-9a-f]{2})/i.test(id) ? id : decodeURIComponent(id);
    if (entity?.sha256 === undefined || !files.has(name)) continue;
    const bytes = readFileSync(join(folder, name));
    entity.sha256 = digest(bytes);
    entity.contentSize = String(bytes.length);
  }
  if (crate) writeFileSync(path, JSON.stringify(crate, null, 2) + "\n");
  list(folder);
}

/** Signs the manifest alone. */
export function list(folder: string): void {
  writeFileSync(
    join(folder, MANIFEST),
    names(folder).filter((name) => name !== MANIFEST)
      .map((name) => `${digest(readFileSync(join(folder, name)))}  ${name}\n`)
      .join(""),
  );
}

/**
 * Makes the record agree with the artifacts that are there, the lock with the
 * record, every document with both, and signs.
 */
export function agree(folder: string): void {
  const path = (name: string) => join(folder, name);
  const run = recorded(
    unwrap(parseLock(readFileSync(path(RUN), "utf8"))),
    folder,
  );
  writeFileSync(path(CODE + LOCK), printLock(run));
  using container = openFolder(folder);
  const { statement } = readStatement(container);
  const release = releaseOf(container, run, statement);
  for (const [name, make] of documentsOf(release)) {
    const files = names(folder).map((name) => {
      const bytes = readFileSync(path(name));
      return { name, size: bytes.length, digest: digest(bytes) };
    });
    writeFileSync(path(name), make(files));
  }
  sign(folder);
}

/** The record with the artifacts, sources, numbers and verdicts as they lie there. */
function recorded(run: Lock, folder: string): Lock {
  // What a digest has become, for all whose file is another one.
  const now = new Map<string, string>();
  const artifacts = Object.fromEntries(
    Object.entries(run.artifacts).map(([path, one]) => {
      const bytes = readFileSync(join(folder, archivePath(path)));
      now.set(one.digest, digest(bytes));
      return [path, { ...one, digest: digest(bytes), size: bytes.length }];
    }),
  ) as Lock["artifacts"];
  const instances = Object.fromEntries(
    Object.entries(run.instances).map(([id, one]) => {
      const facts: Facts = Object.fromEntries(
        Object.entries(one.facts).map((
          [fact, value],
        ) => [fact, now.get(String(value)) ?? value]),
      );
      const outputs = Object.fromEntries(
        Object.entries(one.outputs).map(([output, kept]) => {
          const { digest, size } = Object.values(artifacts).find((artifact) =>
            artifact.instance === id && artifact.output === output
          ) ?? kept;
          return [output, { digest, size }];
        }),
      );
      return [id, { ...one, facts, outputs, fingerprint: fingerprint(facts) }];
    }),
  ) as unknown as Lock["instances"];
  const json = (path: string, otherwise: unknown) => {
    const name = join(folder, archivePath(path));
    return existsSync(name)
      ? JSON.parse(readFileSync(name, "utf8"))
      : otherwise;
  };
  return {
    ...run,
    artifacts,
    instances,
    metrics: json("metrics.json", run.metrics),
    verdicts: json("claims.json", run.verdicts),
  };
}
