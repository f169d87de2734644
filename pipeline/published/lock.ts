/**
 * `results.lock.json`: the published run. For every instance what it was made
 * from and what it gave, for every artifact its digest and how equal another
 * honest run's has to be, and the measured numbers. Committed, so that whoever
 * reproduces the results is told how theirs compare, and the source of
 * everything that an archive says about the run.
 */
import { readFileSync } from "node:fs";
import type { Digest } from "../digest.ts";
import { isMissing } from "../disk.ts";
import { fail, ok, type Result } from "../failure.ts";
import type { Facts } from "../fingerprint.ts";
import type { Graph } from "../graph.ts";
import { canonicalPretty, type Json, type JsonObject } from "../json.ts";
import type { Determinism, Verdict } from "../stage.ts";
import type { Kept, Record as Entry } from "../store.ts";

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
export interface PublishedArtifact extends Kept {
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
  record: (instance: string) => Entry,
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

/** Reads the text of the file. */
export function parseLock(text: string): Result<Lock> {
  const wrong = (seen: string) =>
    fail({
      kind: "lock",
      what: `Read ${LOCK}`,
      seen,
      hint: "take it from version control again, or publish anew: " +
        "deno task publish",
    });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return wrong(`it is no JSON: ${error.message}`);
  }
  const file = value as
    & Omit<Lock, "instances">
    & {
      readonly format?: string;
      readonly code: { readonly [key: string]: Facts };
      readonly instances:
        readonly (PublishedInstance & { id: string; code: string | null })[];
    };
  if (file?.format !== FORMAT) {
    return wrong(
      `its format is ${JSON.stringify(file?.format)}, not ${FORMAT}`,
    );
  }
  if (
    !Array.isArray(file.instances) || !isTable(file.code) ||
    !isTable(file.artifacts) ||
    !file.instances.every((one) => isTable(one?.facts) && isTable(one?.outputs))
  ) return wrong("parts of it are missing");
  const instances = Object.fromEntries(
    file.instances.map(({ id, code, facts, ...rest }) => [id, {
      ...rest,
      facts: code === null ? facts : { ...facts, ...file.code[code] },
    }]),
  );
  const { machine, experiment, metrics, verdicts, artifacts } = file;
  return ok({ machine, experiment, metrics, verdicts, artifacts, instances });
}

/** Reads the file; `undefined` if nothing was published. */
export function readLock(path: string): Result<Lock | undefined> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (!isMissing(error)) throw error;
    return ok(undefined);
  }
  return parseLock(text);
}

function isTable(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
