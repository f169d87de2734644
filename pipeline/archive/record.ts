/**
 * Level 1: whether what the archive says of itself is consistent. Every
 * reference of the crate resolves, every digest and size in it is true, every
 * instance's fingerprint is that of its facts, every input an output of another
 * instance, and the code that of the record. What artifacts say of themselves is
 * the project's to know.
 *
 * Longer than other modules: one check after the other, each read by itself.
 */
import { fingerprint } from "../store/fingerprint.ts";
import type { Json } from "../stage/json.ts";
import type { Lock } from "../published/lock.ts";
import {
  type Entity,
  readClaims,
  readCrate,
  readDatasets,
  readExecutables,
  readPackages,
  readRun,
  references,
} from "./documents.ts";
import {
  archivePath,
  CLAIMS,
  CODE,
  CRATE,
  LOCKED,
  MANIFEST,
} from "./layout.ts";
import type { Level } from "./level.ts";
import type { Judge } from "../project/publication.ts";
import { blobHash, directoryId } from "./swhid.ts";
import { type Container, Refused } from "./container.ts";

/** What level 1 found. */
export function record(container: Container, judge: Judge): Level {
  const findings: string[] = [];
  let seen = "unreadable";
  try {
    const crate = readCrate(container);
    const run = readRun(container);
    checkReferences(crate, findings);
    checkFiles(crate, container, findings);
    checkRun(run, sourceDigests(container), findings);
    checkArtifacts(run, container, findings);
    checkActions(run, crate, findings);
    checkCode(run, crate, container, findings);
    checkClaims(run, container, findings);
    checkWords(run, container, judge, findings);
    seen = `${crate.size} entities, ${
      Object.keys(run.instances).length
    } instances, ${Object.keys(run.artifacts).length} artifacts`;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    findings.push(error.message);
  }
  const answer = findings.length === 0 ? "yes" : "no";
  return { level: 1, answer, seen, findings };
}

/** Ids of vocabularies, which are words and not things. */
const WORD = /^https?:\/\/(schema\.org|bioschemas\.org)\//;

function checkReferences(
  crate: ReadonlyMap<string, Entity>,
  findings: string[],
): void {
  for (const entity of crate.values()) {
    for (const [property, value] of Object.entries(entity)) {
      if (property.startsWith("@")) continue;
      for (const id of references(value)) {
        if (!crate.has(id) && !WORD.test(id)) {
          findings.push(
            `${CRATE}: "${
              entity["@id"]
            }" refers to "${id}", which is not there`,
          );
        }
      }
    }
  }
}

function isType({ "@type": type }: Entity, wanted: string): boolean {
  return Array.isArray(type) ? type.includes(wanted) : type === wanted;
}

/** Local files of the crate against the files that are there, and the reverse. */
function checkFiles(
  crate: ReadonlyMap<string, Entity>,
  container: Container,
  findings: string[],
): void {
  const sizes = new Map(
    container.members.map(({ name, size }) => [name, size]),
  );
  const described = new Set<string>([CRATE]);
  for (const entity of crate.values()) {
    const id = entity["@id"];
    if (!isType(entity, "File") || /^[a-z]+:/i.test(id)) continue;
    const name = decoded(id);
    if (name === undefined) {
      findings.push(`${CRATE}: "${id}" is not percent-encoded`);
      continue;
    }
    described.add(name);
    const size = sizes.get(name);
    if (size === undefined) {
      findings.push(`${CRATE}: the file "${name}" is not there`);
      continue;
    }
    if (name === MANIFEST) continue;
    if (entity.contentSize !== String(size)) {
      findings.push(
        `${CRATE}: "${name}" has ${size} bytes, not ${entity.contentSize}`,
      );
    }
    if (entity.sha256 !== container.digest(name)) {
      findings.push(`${CRATE}: the digest of "${name}" is another one`);
    }
  }
  for (const name of sizes.keys()) {
    if (!described.has(name)) {
      findings.push(`${CRATE}: no word about "${name}"`);
    }
  }
}

/** A name without its percent-encoding; `undefined` where that is none. */
function decoded(id: string): string | undefined {
  try {
    return decodeURIComponent(id);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
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

/** Each instance's action: its results, and its objects, which others made. */
function checkActions(
  { instances }: Lock,
  crate: ReadonlyMap<string, Entity>,
  findings: string[],
): void {
  const digests = (ids: readonly string[]) =>
    ids.flatMap((id) => crate.get(id)?.sha256 ?? []);
  const made = new Set<string>();
  const actions = [...crate.values()].filter((entity) =>
    isType(entity, "CreateAction")
  );
  const results = new Set(actions.flatMap(({ result }) => references(result)));
  for (const [id, { outputs, facts }] of Object.entries(instances)) {
    const action = crate.get(`#action-${encodeURIComponent(id)}`);
    if (!action) {
      findings.push(`${CRATE}: no action for ${id}`);
      continue;
    }
    const results = new Set<Json>(digests(references(action.result)));
    for (const [output, { digest }] of Object.entries(outputs)) {
      made.add(digest);
      if (!results.has(digest)) {
        findings.push(`${CRATE}: the action of ${id} lacks its ${output}`);
      }
    }
    const objects = new Set<Json>(digests(references(action.object)));
    for (const [fact, value] of Object.entries(facts)) {
      if (fact.startsWith("input ") && !objects.has(value)) {
        findings.push(`${CRATE}: the action of ${id} lacks its ${fact}`);
      }
    }
  }
  for (const { "@id": id, object } of actions) {
    for (const used of references(object)) {
      const entity = crate.get(used);
      if (!entity) continue; // said already
      const declared = results.has(used) || isType(entity, "PropertyValue") ||
        used.startsWith(CODE) || used.startsWith("data/") ||
        used.startsWith("params/") || /^https?:/.test(used);
      if (!declared) {
        findings.push(`${CRATE}: "${used}" of ${id} comes from nowhere`);
      }
    }
  }
}

/** The code's identifier, and the packages of the record against its lock. */
function checkCode(
  { instances }: Lock,
  crate: ReadonlyMap<string, Entity>,
  container: Container,
  findings: string[],
): void {
  const blobs = container.members.filter(({ name }) => name.startsWith(CODE))
    .map(({ name, size }) =>
      [
        name.slice(CODE.length),
        blobHash(size, (write) => container.copy(name, write)),
      ] as const
    );
  const id = directoryId(blobs, readExecutables(container));
  const said = crate.get(CODE)?.identifier;
  if (said !== id) findings.push(`${CODE} is ${id}, not ${said}`);
  if (!container.members.some(({ name }) => name === LOCKED)) return;
  const known = new Set<Json | undefined>(
    Object.values(readPackages(container)).map(({ integrity }) => integrity),
  );
  for (const [instance, { facts }] of Object.entries(instances)) {
    for (const [fact, value] of Object.entries(facts)) {
      if (fact.startsWith("npm ") && !known.has(value)) {
        findings.push(`${instance} used ${fact}, which is not in deno.lock`);
      }
    }
  }
}

/** The claims' verdicts are those of the run. */
function checkClaims(
  { verdicts }: Lock,
  container: Container,
  findings: string[],
): void {
  const claims = readClaims(container);
  for (const { id, verdict } of claims) {
    const found = verdicts.find((one) => one.id === id)?.verdict;
    if (found !== verdict) {
      findings.push(
        `${CLAIMS}: ${id} "${verdict}", but the run says "${found}"`,
      );
    }
  }
  for (const { id } of verdicts) {
    if (!claims.some((claim) => claim.id === id)) {
      findings.push(`${CLAIMS} lacks ${id}`);
    }
  }
}

/** What artifacts say of themselves, as far as the project can read it. */
function checkWords(
  { artifacts, instances }: Lock,
  container: Container,
  { findings: said }: Judge,
  findings: string[],
): void {
  if (!said) return;
  const data = readDatasets(container).flatMap(({ files }) =>
    files.map(({ sha256 }) => sha256)
  );
  const there = new Set(container.members.map(({ name }) => name));
  // One that is missing has been said already.
  const present = Object.fromEntries(
    Object.entries(artifacts).filter(([path]) => there.has(archivePath(path))),
  );
  const read = (path: string) => container.read(archivePath(path), 2 ** 30);
  try {
    findings.push(...said({ artifacts: present, instances, data }, read));
  } catch (error) {
    if (error instanceof Refused) throw error;
    // The project's code is about files of its own; these are a stranger's.
    throw new Refused(
      `what the artifacts say of themselves cannot be read: ${
        error instanceof Error ? error.message : String(error)
      }`,
    );
  }
}
