/** The JSON documents of an archive, as far as checking it needs them. */
import * as v from "valibot";
import {
  anyObject,
  anything,
  name,
  readForeign,
} from "../published/foreign.ts";
import type { Json } from "../stage/json.ts";
import { type Lock, parseLock } from "../published/lock.ts";
import { CLAIMS, CRATE, DATASETS, LOCKED, RELEASE, RUN } from "./layout.ts";
import { type Container, Refused } from "./container.ts";

const ClaimsSchema = v.object({
  claims: v.array(
    v.object({
      id: name,
      sentence: v.string("this is no text"),
      verdict: v.string("this is no text"),
      /** As the configuration had it: what a judge takes. */
      claim: anyObject,
    }, "this is no claim"),
    "this is no list",
  ),
}, "it is no list of claims");

/** A claim as an archive has it. */
type ArchivedClaim = v.InferOutput<
  typeof ClaimsSchema
>["claims"][number];

const text = v.string("this is no text");

const CrateSchema = v.object({
  "@graph": v.array(
    v.looseObject({
      "@id": text,
      "@type": v.union([text, v.array(text)], "this is no type"),
      contentSize: v.optional(text),
      sha256: v.optional(text),
      identifier: v.optional(text),
    }, "this is no entity"),
    "it has no graph of entities",
  ),
}, "it has no graph of entities");

/** One entity of an RO-Crate. */
export interface Entity {
  readonly "@id": string;
  readonly "@type": string | readonly string[];
  readonly contentSize?: string | undefined;
  readonly sha256?: string | undefined;
  readonly identifier?: string | undefined;
  readonly [property: string]: Json | undefined;
}

/** A JSON document of a shape; throws `Refused` if it is none. */
export function readShape<Schema extends v.GenericSchema>(
  container: Container,
  name: string,
  schema: Schema,
): v.InferOutput<Schema> {
  const read = readForeign(
    schema,
    new TextDecoder().decode(container.read(name)),
  );
  if (!read.ok) throw new Refused(`${name}: ${read.problem}`);
  return read.value;
}

/** A JSON document; throws `Refused` if it is none. */
export function readJson(container: Container, name: string): Json {
  return readShape(container, name, anything);
}

/** The published run. */
export function readRun(container: Container): Lock {
  const lock = parseLock(new TextDecoder().decode(container.read(RUN)));
  if (!lock.ok) throw new Refused(`${RUN}: ${lock.failure.seen}`);
  return lock.value;
}

const DatasetsSchema = v.array(
  v.object({
    files: v.array(
      v.object({ sha256: v.string("this is no text") }, "this is no file"),
      "this is no list of files",
    ),
  }, "this is no dataset"),
  "it is no list of datasets",
);

/** The datasets, as far as their files have digests. */
export function readDatasets(
  container: Container,
): v.InferOutput<typeof DatasetsSchema> {
  return readShape(container, DATASETS, DatasetsSchema);
}

/** Which of the sources may be executed. */
export function readExecutables(container: Container): ReadonlySet<string> {
  const { sources } = readShape(container, RELEASE, StatementSchema);
  return new Set(sources.executables);
}

const StatementSchema = v.object({
  sources: v.object({
    executables: v.array(v.string("this is no text"), "this is no list"),
  }, "this is nothing about sources"),
}, "it is no statement");

/** The claims. */
export function readClaims(container: Container): ArchivedClaim[] {
  return readShape(container, CLAIMS, ClaimsSchema).claims;
}

/** What is read of Deno's lock file. */
const PackagesSchema = v.object({
  npm: v.optional(
    v.record(
      v.string(),
      v.object({ integrity: v.optional(v.string("this is no text")) }),
      "this is no list of packages",
    ),
    {},
  ),
}, "it is no lock file");

/** The npm packages of the sources' lock, by `name@version`. */
export function readPackages(
  container: Container,
): v.InferOutput<typeof PackagesSchema>["npm"] {
  return readShape(container, LOCKED, PackagesSchema).npm;
}

/** The entities of the crate, by id. */
export function readCrate(container: Container): Map<string, Entity> {
  const graph = readShape(container, CRATE, CrateSchema)["@graph"];
  const entities = new Map<string, Entity>();
  for (const entity of graph as Entity[]) {
    if (entities.has(entity["@id"])) {
      throw new Refused(`${CRATE} has "${entity["@id"]}" twice`);
    }
    entities.set(entity["@id"], entity);
  }
  return entities;
}

/** The ids that a property refers to. */
export function references(value: Json | undefined): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => references(one));
  const id = (value as { "@id"?: unknown } | null)?.["@id"];
  return typeof id === "string" ? [id] : [];
}
