/** What happened: an action for each instance, and one for the whole run. */
import { canonical, type Json } from "../../stage/json.ts";
import type { PublishedInstance } from "../../published/lock.ts";
import { machineText, type Release } from "../release.ts";
import { CODE } from "../layout.ts";
import { type Contents, contents } from "./ids.ts";
import {
  actionId,
  authorIds,
  type Described,
  type Entity,
  fileId,
  parameterId,
  ref,
  type Reference,
  toolId,
} from "./entity.ts";
import { type Ports, refs } from "./ports.ts";
import { isParameter, parameterName, stepOf } from "./workflow.ts";

/** A word, as the profiles' validators want it, and no reference. */
const COMPLETED = "http://schema.org/CompletedActionStatus";

/** What the profile wants of an amount: which, and its unit's code by UN/CEFACT. */
const SECONDS = {
  propertyID: "http://schema.org/duration",
  unitCode: "SEC",
  unitText: "s",
};
const MEBIBYTES = {
  propertyID: "http://schema.org/memoryRequirements",
  unitCode: "E63",
  unitText: "MiB",
};

/** `2026-11-23T16:00:00.000+00:00`: the profile's validators refuse a Z. */
function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace("Z", "+00:00");
}

/** When an instance ran, in milliseconds since 1970. */
function span(
  { made, seconds }: PublishedInstance,
): { start: number; end: number } {
  const end = Date.parse(made);
  return { start: end - Math.round(seconds * 1000), end };
}

/** The actions of the published run, and what they read and made on the way. */
export function actions(
  release: Release,
  files: readonly Described[],
  ports: Ports,
): Entity[] {
  const { run } = release;
  const known = contents(release, files, ports);
  const agent = authorIds(release).slice(0, 1).map(ref);
  const step = stepOf(run.instances);
  return [
    ...known.entities,
    ...Object.entries(run.instances).flatMap(([id, instance]) => [
      ...instanceAction(id, instance, release, known, agent),
      {
        "@id": controlId(id),
        "@type": "ControlAction",
        name: `Run ${id}`,
        instrument: ref(step(instance)),
        object: ref(actionId(id)),
        actionStatus: COMPLETED,
      },
    ]),
    ...wholeRun(release, known, agent),
  ];
}

function instanceAction(
  id: string,
  instance: PublishedInstance,
  { publication, memory }: Release,
  known: Contents,
  agent: readonly Reference[],
): Entity[] {
  const { stage, title, facts, outputs } = instance;
  const { start, end } = span(instance);
  const value = (kind: string, name: string, value: Json, more = {}) => ({
    "@id": `#${kind}-${encodeURIComponent(`${id} ${name}`)}`,
    "@type": "PropertyValue",
    name,
    value: typeof value === "number" || typeof value === "string"
      ? value
      : canonical(value),
    ...more,
  });
  const parameters = Object.entries(facts).filter(([fact]) => isParameter(fact))
    .map(([fact, given]) =>
      value("value", parameterName(fact), given, {
        exampleOfWork: ref(parameterId(stage, parameterName(fact))),
      })
    );
  const usage = [
    value("usage", "time", instance.seconds, SECONDS),
    ...(memory[stage]
      ? [value("usage", "memory limit", memory[stage], MEBIBYTES)]
      : []),
  ];
  const environment = Object.entries(facts).filter(([fact]) =>
    fact.startsWith("env ")
  ).map(([fact, given]) =>
    value("environment", fact.slice("env ".length), given)
  );
  // What a stage fetches is given to it from outside.
  const datasets = new Set(
    publication.datasets.flatMap(({ files }) =>
      files.map(({ sha256 }) => sha256)
    ),
  );
  const fetched = Object.values(outputs).flatMap(({ digest }) =>
    datasets.has(digest) ? known.of(digest) ?? [] : []
  );
  const inputs = Object.entries(facts).filter(([fact]) =>
    fact.startsWith("input ")
  ).flatMap(([, digest]) => known.of(String(digest)) ?? []);
  const results = Object.entries(outputs).map(([output, { digest }]) =>
    known.output(id, output, digest)
  );
  return [...parameters, ...usage, ...environment, {
    "@id": actionId(id),
    "@type": "CreateAction",
    name: `${title}: ${id}`,
    description: `${instance.wall} stood around its process`,
    instrument: ref(toolId(instance)),
    agent,
    object: [
      ...new Set([...fetched, ...inputs]),
      ...parameters.map((parameter) => parameter["@id"]),
    ].map(ref),
    result: [...new Set(results)].map(ref),
    ...refs("resourceUsage", usage.map((one) => one["@id"])),
    ...refs("environment", environment.map((one) => one["@id"])),
    startTime: time(start),
    endTime: time(end),
    actionStatus: COMPLETED,
  }];
}

function wholeRun(
  { publication, run }: Release,
  known: Contents,
  agent: readonly Reference[],
): Entity[] {
  const spans = Object.values(run.instances).map(span);
  const everything = {
    agent,
    startTime: time(Math.min(...spans.map(({ start }) => start))),
    endTime: time(Math.max(...spans.map(({ end }) => end))),
    actionStatus: COMPLETED,
  };
  return [
    {
      "@id": "#run",
      "@type": "CreateAction",
      name: "The published run",
      description: machineText(run),
      instrument: ref(fileId(CODE + publication.workflow)),
      object: publication.datasets.flatMap(({ files }) =>
        files.map(({ sha256 }) => ref(known.of(sha256)!)) // datasets are known
      ),
      result: known.artifacts.map(ref),
      ...everything,
    },
    {
      "@id": "#organize",
      "@type": "OrganizeAction",
      name: "Facsimile ran the stages",
      instrument: ref("#engine"),
      object: Object.keys(run.instances).map((id) => ref(controlId(id))),
      result: ref("#run"),
      ...everything,
    },
  ];
}

function controlId(instance: string): string {
  return `#control-${encodeURIComponent(instance)}`;
}
