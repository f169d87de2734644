/**
 * `results.lock.json`: the published run. For every instance what it was made
 * from and what it gave, for every artifact its digest and how equal another
 * honest run's has to be, and the measured numbers. Committed, so that whoever
 * reproduces the results is told how theirs compare, and the source of
 * everything that an archive says about the run.
 */
import { readFileSync } from "node:fs";
import * as v from "valibot";
import { type Digest, isDigest } from "../store/digest.ts";
import { isMissing } from "../store/disk.ts";
import { fail, ok, type Result } from "../failure.ts";
import type { Facts } from "../store/fingerprint.ts";
import { anyObject, anything, name, readForeign } from "./foreign.ts";
import type { Graph } from "../graph/graph.ts";
import { canonicalPretty, type Json, type JsonObject } from "../stage/json.ts";
import { isInstanceOf, isPathBelow } from "../stage/names.ts";
import type { Determinism, Verdict } from "../stage/declaration.ts";
import type { BuildRecord, Kept } from "../store/record.ts";

/** The file's name in the project's root. */
export const LOCK = "results.lock.json";
const FORMAT = "facsimile results 1";

/** One instance of the published run. */
export interface PublishedInstance {
  readonly stage: string;
  readonly title: string;
  /** What it reads from, by instance. */
  readonly from: readonly string[];
  readonly fingerprint: Digest;
  readonly facts: Facts;
  readonly outputs: { readonly [output: string]: Kept };
  readonly seconds: number;
  /** When it ended, ISO 8601, UTC. */
  readonly made: string;
  readonly wall: string;
}

/** One artifact of the published run. */
interface PublishedArtifact extends Kept {
  readonly instance: string;
  readonly output: string;
  readonly determinism: Determinism;
}

/** The published run. */
export interface Lock {
  readonly machine: JsonObject;
  /** The resolved configuration. */
  readonly experiment: Json;
  readonly metrics: Json;
  readonly verdicts: readonly Verdict[];
  /** In an order in which producers come before their users. */
  readonly instances: { readonly [instance: string]: PublishedInstance };
  readonly artifacts: { readonly [path: string]: PublishedArtifact };
}

/** Composes the lock of a run whose every instance has a record. */
export function composeLock(
  graph: Graph,
  record: (instance: string) => BuildRecord,
  rest: Pick<Lock, "machine" | "experiment" | "metrics" | "verdicts">,
): Lock {
  const instances: Record<string, PublishedInstance> = {};
  const artifacts: Record<string, PublishedArtifact> = {};
  for (const { id, stage, title, producers, declaration } of graph.instances) {
    const { fingerprint, facts, outputs, seconds, made, wall } = record(id);
    instances[id] = {
      stage,
      title,
      from: producers.map((producer) => producer.id),
      fingerprint,
      facts,
      outputs,
      seconds,
      made,
      wall,
    };
    for (
      const [output, { artifact, determinism }] of Object.entries(
        declaration.outputs,
      )
    ) {
      if (artifact === undefined) continue;
      artifacts[artifact] = {
        ...outputs[output]!, // a record has every output
        instance: id,
        output,
        determinism: determinism ?? { kind: "bits" },
      };
    }
  }
  return { ...rest, instances, artifacts };
}

/** The code of a stage is the same at every point, so it stands there once. */
const SHARED = /^(code|npm) /;

/** The text of the file. */
export function printLock({ instances, ...lock }: Lock): string {
  const code: Record<string, Json> = {};
  const slim = Object.entries(instances).map(([id, { facts, ...rest }]) => {
    const split = (shared: boolean) =>
      Object.fromEntries(
        Object.entries(facts).filter(([name]) => SHARED.test(name) === shared),
      );
    const key = JSON.stringify(facts.module ?? facts.command ?? id);
    const own = split(true);
    code[key] ??= own;
    const common = canonicalPretty(code[key]) === canonicalPretty(own);
    return {
      id,
      ...rest,
      code: common ? key : null,
      facts: common ? split(false) : facts,
    };
  });
  return canonicalPretty({
    format: FORMAT,
    ...lock,
    code,
    instances: slim,
  } as unknown as Json);
}

const digest = v.pipe(
  v.string("this is no digest"),
  v.check(isDigest, "this is no digest"),
  v.transform((text) => text as Digest),
);
const amount = v.pipe(
  v.number("this is no number"),
  v.minValue(0, "this is less than nothing"),
);
const list = <Item extends v.GenericSchema>(item: Item) =>
  v.array(item, "this is no list");
const facts = v.record(name, anything, "these are no facts");
const kept = { digest, size: amount };

const InstanceSchema = v.pipe(
  v.object({
    id: name,
    stage: name,
    title: v.string("this is no text"),
    from: list(name),
    fingerprint: digest,
    code: v.nullable(name),
    facts,
    outputs: v.record(name, v.object(kept, "this is no output")),
    seconds: amount,
    made: v.pipe(
      v.string("this is no time"),
      v.isoTimestamp("this is no time"),
    ),
    wall: name,
  }, "this is no instance"),
  v.check(
    ({ id, stage }) => isInstanceOf(id, stage),
    "this is no name of an instance of its stage",
  ),
);

const ArtifactSchema = v.object({
  ...kept,
  instance: name,
  output: name,
  determinism: v.variant("kind", [
    v.object({ kind: v.literal("bits") }),
    v.object({ kind: v.literal("cpu") }),
    v.object({ kind: v.literal("numeric"), tolerance: amount }),
  ], "this is no promise of equality"),
}, "this is no artifact");

const LockSchema = v.object({
  format: v.literal(FORMAT, `its format is not ${FORMAT}`),
  machine: anyObject,
  experiment: anything,
  metrics: anything,
  // What a verdict says besides is its judge's.
  verdicts: list(v.looseObject({
    id: name,
    sentence: v.string("this is no text"),
    verdict: v.picklist(["holds", "fails", "not judged"], "this is no verdict"),
    evidence: anyObject,
  }, "this is no verdict")),
  code: v.record(name, facts, "parts of it are missing"),
  instances: list(InstanceSchema),
  artifacts: v.record(
    v.pipe(v.string(), v.check(isPathBelow, "this is no path below a folder")),
    ArtifactSchema,
    "parts of it are missing",
  ),
}, "parts of it are missing");

/** Reads the text of the file: the one door for it, whoever wrote it. */
export function parseLock(text: string): Result<Lock> {
  const wrong = (seen: string) =>
    fail({
      kind: "lock",
      what: `Cannot read ${LOCK}`,
      seen,
      hint: "take it from version control again, or publish anew: " +
        "deno task publish",
    });
  const read = readForeign(LockSchema, text);
  if (!read.ok) return wrong(read.problem);
  const { format: _, code: shared, instances: listed, ...rest } = read.value;
  const instances: Record<string, PublishedInstance> = {};
  for (const { id, code, facts, ...instance } of listed) {
    if (Object.hasOwn(instances, id)) return wrong(`${id} is in it twice`);
    if (code !== null && !Object.hasOwn(shared, code)) {
      return wrong(`the code of ${id} is not in it`);
    }
    instances[id] = {
      ...instance,
      facts: code === null ? facts : { ...facts, ...shared[code] },
    };
  }
  for (const [path, { instance, output }] of Object.entries(rest.artifacts)) {
    const outputs = instances[instance]?.outputs ?? {};
    if (!Object.hasOwn(outputs, output)) {
      return wrong(`nothing in it makes ${path}`);
    }
  }
  return ok({ ...rest, instances });
}

/** Reads the file; `undefined` if nothing was published. */
export function readPublished(path: string): Result<Lock | undefined> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (!isMissing(error)) throw error;
    return ok(undefined);
  }
  return parseLock(text);
}
