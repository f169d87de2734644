/**
 * The facts of one instance: everything that its process can see, and therefore
 * everything that its result may depend on.
 */
import type { Code } from "../code/code.ts";
import type { Digest } from "../store/digest.ts";
import type { Facts } from "../store/fingerprint.ts";
import type { Instance, Source } from "../graph/graph.ts";
import type { Json, JsonObject } from "../stage/json.ts";
import { factKey } from "../stage/names.ts";
import { instanceId } from "../graph/graph.ts";

/** The machine and program facts, gathered once a run. */
export interface Ground {
  /** Deno's version, which fixes V8's. */
  readonly deno: string;
  readonly os: string;
  readonly cpu: string;
}

/** This process's ground. */
export function ground(): Ground {
  return {
    deno: Deno.version.deno,
    os: Deno.build.os,
    cpu: Deno.build.arch,
  };
}

/** The digest of an input: of a producer's output, or of a file. */
export type DigestOf = (
  source: { kind: "output"; instance: string; output: string } | {
    kind: "file";
    path: string;
  },
) => Digest | undefined;

/** All facts of an instance but those of its inputs. */
export function ownFacts(
  instance: Instance,
  code: Code | undefined,
  { deno, os, cpu }: Ground,
): Record<string, Json> {
  const { declaration, point } = instance;
  const { runs, permissions = {} } = declaration;
  const facts: Record<string, Json> = { deno, ...code?.facts };
  // Numeric libraries add up in another order with other threads.
  if (runs.kind === "module") facts.module = runs.module;
  else {
    facts.command = runs.command;
    facts.threads = declaration.resources?.cpus ?? 1;
  }
  // Native code does what the CPU and the system make of it.
  if (runs.kind === "command" || permissions.ffi?.length) {
    facts.os = os;
    facts.cpu = cpu;
  }
  flatten("param", declaration.params ?? {}, facts);
  flatten("at", point, facts);
  flatten("fact", declaration.facts ?? {}, facts);
  flatten("env", permissions.env ?? {}, facts);
  for (const [name, { file }] of Object.entries(declaration.outputs)) {
    facts[`output ${name}`] = file;
  }
  return facts;
}

/** The facts of an instance's inputs, and the names of those that nobody knows yet. */
export function inputFacts(
  instance: Instance,
  digestOf: DigestOf,
): { facts: Facts; unknown: ReadonlySet<string> } {
  const facts: Record<string, Json> = {};
  const unknown = new Set<string>();
  const add = (name: string, digest: Digest | undefined) => {
    if (digest === undefined) unknown.add(name);
    else facts[name] = digest;
  };
  for (const [name, link] of Object.entries(instance.links)) {
    switch (link.kind) {
      case "file":
        add(`input ${name}`, digestOf({ kind: "file", path: link.path }));
        break;
      case "one": {
        const { instance: from, output } = link.source;
        add(
          `input ${name}`,
          digestOf({ kind: "output", instance: from.id, output }),
        );
        break;
      }
      case "every":
        // A stage that adds them up sees in which order they come.
        if (!isAscending(link.sources)) {
          facts[`order ${name}`] = link.sources.map(({ instance: { point } }) =>
            instanceId("", point)
          );
        }
        for (const { instance: from, output } of link.sources) {
          add(
            `input ${instanceId(name, from.point)}`,
            digestOf({ kind: "output", instance: from.id, output }),
          );
        }
    }
  }
  return { facts, unknown };
}

/** Whether inputs come in the order that is taken for granted: by their points, axis by axis. */
function isAscending(sources: readonly Source[]): boolean {
  return sources.every(({ instance: { point } }, at) => {
    const before = sources[at - 1]?.instance.point ?? point;
    for (const [axis, value] of Object.entries(point)) {
      const last = before[axis];
      if (value !== last) {
        return last !== undefined && typeof value === typeof last &&
          value > last;
      }
    }
    return Object.keys(before).length === Object.keys(point).length;
  });
}

/** `{ a: { b: 1 } }` as `param a.b` → 1: a reason names the setting and not the table. */
function flatten(
  prefix: string,
  value: JsonObject,
  into: Record<string, Json>,
): void {
  for (const [key, inner] of Object.entries(value)) {
    if (inner === undefined) continue;
    const name = prefix.includes(" ")
      ? `${prefix}.${factKey(key)}`
      : `${prefix} ${factKey(key)}`;
    if (isTable(inner)) flatten(name, inner, into);
    else into[name] = inner;
  }
}

function isTable(value: Json): value is JsonObject {
  return value !== null && typeof value === "object" &&
    !Array.isArray(value) && Object.keys(value).length > 0;
}
