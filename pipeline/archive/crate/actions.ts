/** What happened: an action for each instance, and one for the whole run. */
import { canonical } from "../../stage/json.ts";
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
import { isParameter, parameterName, stepOf } from "./workflow.ts";

const COMPLETED = ref("http://schema.org/CompletedActionStatus");

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
): Entity[] {
  const { run } = release;
  const known = contents(release, files);
  const agent = authorIds(release).slice(0, 1).map(ref);
  const step = stepOf(run.instances);
  return [
    ...known.entities,
    ...Object.entries(run.instances).flatMap(([id, instance]) => [
      ...instanceAction(id, instance, known, agent),
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
  known: Contents,
  agent: readonly Reference[],
): Entity[] {
  const { stage, title, facts, outputs } = instance;
  const { start, end } = span(instance);
  const parameters = Object.entries(facts).filter(([fact]) => isParameter(fact))
    .map(([fact, value]) => ({
      "@id": `#value-${encodeURIComponent(`${id} ${parameterName(fact)}`)}`,
      "@type": "PropertyValue",
      name: parameterName(fact),
      value: typeof value === "number" || typeof value === "string"
        ? value
        : canonical(value),
      exampleOfWork: ref(parameterId(stage, parameterName(fact))),
    }));
  const inputs = Object.entries(facts).filter(([fact]) =>
    fact.startsWith("input ")
  ).flatMap(([, digest]) => known.of(String(digest)) ?? []);
  const results = Object.entries(outputs).map(([output, { digest }]) =>
    known.output(id, output, digest)
  );
  return [...parameters, {
    "@id": actionId(id),
    "@type": "CreateAction",
    name: `${title}: ${id}`,
    description: `${instance.wall} stood around its process`,
    instrument: ref(toolId(instance)),
    agent,
    object: [
      ...new Set(inputs),
      ...parameters.map((parameter) => parameter["@id"]),
    ].map(ref),
    result: [...new Set(results)].map(ref),
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
