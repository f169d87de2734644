/**
 * Level 1: whether what the archive says of itself is consistent. Whatever stands
 * in it twice has one source. The record is a copy of the published run in the
 * sources; every fingerprint is that of its facts, every input an output of another
 * instance or a source, every parameter that of the configuration; and every
 * document is made again from the record and compared. What artifacts say of
 * themselves is the project's to know.
 */
import { fingerprint } from "../store/fingerprint.ts";
import type { Json } from "../stage/json.ts";
import type { Lock } from "../published/lock.ts";
import {
  checkLock,
  checkMembers,
  checkNumbers,
  checkPackages,
} from "./copies.ts";
import { checkDeclared, checkExperiment } from "./declared.ts";
import { documentsOf } from "./derivation.ts";
import { readJson, readPackages, readRun } from "./documents.ts";
import { edition } from "./edition.ts";
import { archivePath, CODE, LOCKED } from "./layout.ts";
import type { Level } from "./level.ts";
import { materialOf } from "./material.ts";
import type { Judge } from "../project/publication.ts";
import { lineParting, partings, partingText } from "./parting.ts";
import type { Release, Statement } from "./release.ts";
import { readStatement } from "./statement.ts";
import { blobHash, directoryId } from "./swhid.ts";
import { type Container, Refused } from "./container.ts";

/** What level 1 found. */
export function record(container: Container, judge: Judge): Level {
  const findings: string[] = [];
  const doubts: string[] = [];
  let seen = "unreadable";
  try {
    const run = readRun(container);
    const { statement, edition: written } = readStatement(container);
    const release = releaseOf(container, run, statement);
    const draft = release.missing.length > 0;
    checkRun(run, sourceDigests(container), findings);
    checkArtifacts(run, container, findings);
    checkUsed(run, container, findings);
    // Of a draft nobody published the run, and its configuration may be another.
    const published = draft ? doubts : findings;
    checkLock(run, container, published);
    attempt("the configuration", () => {
      checkExperiment(release, container, judge, published);
    });
    attempt("what the artifacts say of themselves", () => {
      checkNumbers(release, container, findings);
      checkPackages(release, container, findings);
      checkWords(release, container, judge, findings);
    });
    // What follows from something broken would only be broken once more.
    if (findings.length + doubts.length === 0) {
      attempt("what the project declares", () => {
        checkDeclared(release, container, judge, findings);
      });
    }
    if (findings.length === 0) {
      attempt("the documents", () => {
        checkDocuments(release, container, written, findings, doubts);
      });
    }
    seen = `${documentsOf(release).size} documents, ${
      Object.keys(run.instances).length
    } instances, ${Object.keys(run.artifacts).length} artifacts${
      draft ? ", a draft" : ""
    }`;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    findings.push(error.message);
  }
  const answer = findings.length > 0
    ? "no"
    : doubts.length > 0
    ? "open"
    : "yes";
  return { level: 1, answer, seen, findings: [...findings, ...doubts] };
}

/** What is made of trusted values elsewhere is made of a stranger's here, and may throw at them. */
function attempt(what: string, act: () => void): void {
  try {
    act();
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw new Refused(
      `${what} cannot be compared: ${
        error instanceof Error ? error.message : String(error)
      }`,
    );
  }
}

/** The digests of the sources: files of the project are inputs, too. */
function sourceDigests(container: Container): ReadonlySet<unknown> {
  return new Set(
    container.members.filter(({ name }) => name.startsWith(CODE))
      .map(({ name }) => container.digest(name)),
  );
}

function checkRun(
  { instances }: Lock,
  sources: ReadonlySet<unknown>,
  findings: string[],
): void {
  const before = new Set<string>();
  for (
    const [id, { from, facts, fingerprint: said }] of Object.entries(instances)
  ) {
    if (fingerprint(facts) !== said) {
      findings.push(`${id}: its fingerprint is not that of its facts`);
    }
    const given = new Set<unknown>();
    for (const producer of from) {
      if (!before.has(producer)) {
        findings.push(`${id} reads from ${producer}, which is not before it`);
      }
      for (
        const { digest } of Object.values(instances[producer]?.outputs ?? {})
      ) {
        given.add(digest);
      }
    }
    for (const [fact, value] of Object.entries(facts)) {
      if (
        fact.startsWith("input ") && !given.has(value) && !sources.has(value)
      ) {
        findings.push(
          `${id}: its ${fact} is nothing that another one made, nor a source`,
        );
      }
    }
    before.add(id);
  }
}

function checkArtifacts(
  { artifacts, instances }: Lock,
  container: Container,
  findings: string[],
): void {
  const names = new Set(container.members.map(({ name }) => name));
  for (
    const [path, { digest, instance, output }] of Object.entries(artifacts)
  ) {
    const name = archivePath(path);
    if (instances[instance]?.outputs[output]?.digest !== digest) {
      findings.push(`${name} is not what ${instance} made`);
    }
    if (!names.has(name)) findings.push(`${name} is not there`);
    else if (container.digest(name) !== digest) {
      findings.push(
        `${name} is not what ${instance} made: ${digest.slice(0, 12)}…`,
      );
    }
  }
}

/** All that an archive's documents are made from, as it has it. */
export function releaseOf(
  container: Container,
  run: Lock,
  statement: Statement,
): Release {
  const there = new Set(container.members.map(({ name }) => name));
  const material = materialOf(
    { publication: statement.publication, run },
    (name) =>
      there.has(name)
        ? new TextDecoder().decode(container.read(name))
        : undefined,
  );
  return { ...statement, run, code: codeId(container, statement), ...material };
}

/** The identifier of the sources as they are. */
function codeId(
  container: Container,
  { sources }: Pick<Release, "sources">,
): string {
  return directoryId(
    container.members.filter(({ name }) => name.startsWith(CODE))
      .map(({ name, size }) =>
        [
          name.slice(CODE.length),
          blobHash(size, (write) => container.copy(name, write)),
        ] as const
      ),
    new Set(sources.executables),
  );
}

/** The packages of the record against the lock of the sources. */
function checkUsed(
  { instances }: Lock,
  container: Container,
  findings: string[],
): void {
  if (!container.members.some(({ name }) => name === LOCKED)) return;
  const known = new Set<Json | undefined>(
    Object.values(readPackages(container)).map(({ integrity }) => integrity),
  );
  for (const [instance, { facts }] of Object.entries(instances)) {
    for (const [fact, value] of Object.entries(facts)) {
      if (fact.startsWith("npm ") && !known.has(value)) {
        findings.push(`${instance} used ${fact}, which is not in ${LOCKED}`);
      }
    }
  }
}

/** Every document against what this program makes of the record, and no file besides. */
function checkDocuments(
  release: Release,
  container: Container,
  written: string,
  findings: string[],
  doubts: string[],
): void {
  const documents = documentsOf(release);
  checkMembers(release, documents.keys(), container, findings);
  if (written !== edition()) {
    doubts.push(
      "its documents are of another edition of this program: the verify.ts of the " +
        "archive, or deno task verify in a copy of its code, compares them",
    );
    return;
  }
  const files = container.members.map(({ name, size }) => ({
    name,
    size,
    digest: container.digest(name),
  }));
  const there = new Set(files.map(({ name }) => name));
  for (const [name, make] of documents) {
    if (!there.has(name)) {
      findings.push(`${name} is not there`);
      continue;
    }
    const seen = new TextDecoder().decode(container.read(name));
    const expected = make(files);
    if (seen === expected) continue;
    const places = name.endsWith(".json")
      ? partings(readJson(container, name), JSON.parse(expected))
      : [];
    const all = places.length > 0 ? places : [lineParting(seen, expected)!];
    for (const parting of all) {
      findings.push(partingText(name, parting, "the record gives"));
    }
  }
}

/** What artifacts say of themselves, as far as the project can read it. */
function checkWords(
  { run: { artifacts, instances, experiment }, publication }: Release,
  container: Container,
  { findings: said }: Judge,
  findings: string[],
): void {
  if (!said) return;
  const data = publication.datasets.flatMap(({ files }) =>
    files.map(({ sha256 }) => sha256)
  );
  const there = new Set(container.members.map(({ name }) => name));
  // One that is missing has been said already.
  const present = Object.fromEntries(
    Object.entries(artifacts).filter(([path]) => there.has(archivePath(path))),
  );
  const read = (path: string) => container.read(archivePath(path), 2 ** 30);
  const source = (path: string) => container.read(CODE + path);
  findings.push(
    ...said({ experiment, artifacts: present, instances, data }, read, source),
  );
}
