/**
 * What stands in an archive twice as a file, or in a file and in the record: each
 * against its source. And that there is no file of which nobody knows why.
 */
import { createHash } from "node:crypto";
import { anything, readForeign } from "../published/foreign.ts";
import type { Lock } from "../published/lock.ts";
import { LOCK, parseLock, printLock } from "../published/lock.ts";
import type { Json } from "../stage/json.ts";
import type { Container } from "./container.ts";
import { readPackages } from "./documents.ts";
import {
  archivePath,
  CODE,
  LOCKED,
  MANIFEST,
  RELEASE,
  RUN,
  VENDOR,
  VERIFIERS,
} from "./layout.ts";
import { partings, partingText } from "./parting.ts";
import type { Release } from "./release.ts";
import { packageOf } from "../code/package.ts";

/** The published run among the sources: the record is a copy of it. */
export function checkLock(
  run: Lock,
  container: Container,
  findings: string[],
): void {
  const name = CODE + LOCK;
  if (!has(container, name)) {
    findings.push(`${name} is not there, and ${RUN} is a copy of it`);
    return;
  }
  const lock = parseLock(text(container, name));
  if (!lock.ok) {
    findings.push(`${name}: ${lock.failure.seen}`);
    return;
  }
  const parsed = (text: string) => JSON.parse(text) as Json;
  const [seen, expected] = [printLock(run), printLock(lock.value)];
  if (seen === expected) return;
  for (const parting of partings(parsed(seen), parsed(expected))) {
    findings.push(partingText(RUN, parting, `${name} has`));
  }
}

/** Numbers and verdicts of the record against the artifacts that they are from. */
export function checkNumbers(
  { run, publication, verdicts }: Release,
  container: Container,
  findings: string[],
): void {
  const check = (path: unknown, key: "metrics" | "verdicts") => {
    if (typeof path !== "string") return;
    const name = archivePath(path);
    if (!has(container, name)) {
      findings.push(`${name} is not there, and ${RUN} has its ${key} from it`);
      return;
    }
    const read = readForeign(anything, text(container, name));
    if (!read.ok) {
      findings.push(`${name}: ${read.problem}`);
      return;
    }
    for (const parting of partings(run[key] as Json, read.value)) {
      findings.push(
        partingText(`${RUN}, ${key}`, parting, `${name} has`),
      );
    }
  };
  check(publication.metrics, "metrics");
  check(verdicts, "verdicts");
}

/** Names of files that are no documents and stand for themselves. */
const OWN: ReadonlySet<string> = new Set([MANIFEST, RELEASE, ...VERIFIERS]);

/** Every file has a reason to be there, and every file that is spoken of is there. */
export function checkMembers(
  { run, publication, data, vendor }: Release,
  documents: Iterable<string>,
  container: Container,
  findings: string[],
): void {
  const known = new Set([
    ...OWN,
    ...documents,
    ...Object.keys(run.artifacts).map(archivePath),
  ]);
  for (const { name, size } of container.members) {
    if (known.has(name) || name.startsWith(CODE)) continue;
    if (name === "LICENSE") {
      const source = CODE + name;
      if (!has(container, source)) {
        findings.push(`${name} is there, and ${source} is not`);
      } else if (container.digest(name) !== container.digest(source)) {
        findings.push(`${name} is another text than ${source}`);
      }
      continue;
    }
    const file = data
      ? publication.datasets.flatMap(({ files }) => files)
        .find((file) => `data/${file.name}` === name)
      : undefined;
    if (file) {
      if (size !== file.bytes || container.digest(name) !== file.sha256) {
        findings.push(`${name} is not the file that ${RELEASE} describes`);
      }
      continue;
    }
    if (vendor && name.startsWith(VENDOR)) continue; // by their own check
    findings.push(`${name} is an artifact of no instance, and nothing else`);
  }
  const [verifier, ...twins] = VERIFIERS.map((name) =>
    has(container, name) ? container.digest(name) : undefined
  );
  if (verifier === undefined || twins.some((twin) => twin !== verifier)) {
    findings.push(`${VERIFIERS.join(" and ")} are not the same`);
  }
  for (const { files } of data ? publication.datasets : []) {
    for (const { name } of files) {
      if (!has(container, `data/${name}`)) {
        findings.push(`data/${name} is not there, and ${RELEASE} says it is`);
      }
    }
  }
}

/** The packages that an archive brings along are those of its sources' lock. */
export function checkPackages(
  { vendor }: Release,
  container: Container,
  findings: string[],
): void {
  if (!vendor) return;
  const locked = new Map<string, string | undefined>(
    has(container, LOCKED)
      ? Object.entries(readPackages(container)).map(([id, { integrity }]) => {
        const { name, version } = packageOf(id);
        return [`${name}@${version}`, integrity];
      })
      : [],
  );
  const said = new Map<string, string>(
    vendor.packages.map((
      { name, version, file },
    ) => [`${VENDOR}npm/${file}`, `${name}@${version}`]),
  );
  const others = new Set([`${VENDOR}registry.ts`, `${VENDOR}PACKAGES.md`]);
  for (const { name } of container.members) {
    if (!name.startsWith(VENDOR) || others.has(name)) continue;
    const id = said.get(name);
    if (id === undefined) {
      findings.push(`${name} is no package that ${RELEASE} names`);
      continue;
    }
    said.delete(name);
    const hash = createHash("sha512");
    container.copy(name, (piece) => hash.update(piece));
    const integrity = `sha512-${hash.digest("base64")}`;
    if (locked.get(id) !== integrity) {
      findings.push(
        `${name} has the digest ${integrity}, but ${LOCKED} has ${
          locked.get(id) ?? "none"
        } of ${id}`,
      );
    }
  }
  for (const name of said.keys()) {
    findings.push(`${name} is not there, and ${RELEASE} names it`);
  }
}

function has({ members }: Container, name: string): boolean {
  return members.some((member) => member.name === name);
}

function text(container: Container, name: string): string {
  return new TextDecoder().decode(container.read(name));
}
