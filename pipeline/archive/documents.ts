/** The JSON documents of an archive, as far as checking it needs them. */
import type { Json } from "../json.ts";
import { type Lock, parseLock } from "../published/lock.ts";
import { CLAIMS, CRATE, RUN } from "./layout.ts";
import { type Container, Refused } from "./container.ts";

/** A claim as an archive has it. */
export interface ArchivedClaim {
  readonly id: string;
  readonly sentence: string;
  readonly verdict: string;
  /** As the configuration had it: what a judge takes. */
  readonly claim: Json;
}

/** One entity of an RO-Crate. */
export interface Entity {
  readonly "@id": string;
  readonly "@type": string | readonly string[];
  readonly [property: string]: Json | undefined;
}

/** A JSON document; throws `Refused` if it is none. */
export function readJson(container: Container, name: string): Json {
  const text = new TextDecoder().decode(container.read(name));
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Refused(`${name} is no JSON: ${error.message}`);
  }
}

/** The published run. */
export function readRun(container: Container): Lock {
  const lock = parseLock(new TextDecoder().decode(container.read(RUN)));
  if (!lock.ok) throw new Refused(`${RUN}: ${lock.failure.seen}`);
  return lock.value;
}

/** The claims. */
export function readClaims(container: Container): ArchivedClaim[] {
  const value = readJson(container, CLAIMS) as unknown;
  const claims = (value as { claims?: unknown })?.claims;
  if (
    !Array.isArray(claims) ||
    !claims.every((one) =>
      typeof one?.id === "string" && typeof one?.verdict === "string" &&
      typeof one?.sentence === "string" && typeof one?.claim === "object"
    )
  ) throw new Refused(`${CLAIMS} is no list of claims`);
  return claims;
}

/** The entities of the crate, by id. */
export function readCrate(container: Container): Map<string, Entity> {
  const value = readJson(container, CRATE) as unknown;
  const graph = (value as { "@graph"?: unknown })?.["@graph"];
  if (
    !Array.isArray(graph) ||
    !graph.every((one) => typeof one?.["@id"] === "string")
  ) throw new Refused(`${CRATE} has no graph of entities`);
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
