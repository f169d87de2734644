/** The workflow: its steps, their tools and parameters, without any run. */
import type { PublishedInstance } from "../../published/lock.ts";
import type { Release } from "../release.ts";
import { describe } from "../comments.ts";
import { LOCKED, PICTURE } from "../layout.ts";
import { type Entity, parameterId, ref, toolId } from "./entity.ts";
import { type Ports, refs } from "./ports.ts";

/** What the entity of the workflow's file says besides being a file. */
export function workflowProperties(
  { run, publication }: Release,
  ports: Ports,
  locked: boolean,
): Entity {
  const all = steps(run.instances);
  return {
    programmingLanguage: ref("#typescript"),
    ...(locked && { buildInstructions: ref(LOCKED) }),
    conformsTo: ref(
      "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE",
    ),
    hasPart: [...new Set(all.map(({ tool }) => tool))].map(ref),
    step: all.map(({ id }) => ref(id)),
    image: ref(PICTURE),
    ...refs("input", ports.workflow.inputs),
    ...refs("output", ports.workflow.outputs),
    ...refs("connection", ports.connections()),
    version: publication.version,
  };
}

/** A stage as a step of the workflow. */
interface Step {
  readonly id: string;
  readonly stage: string;
  readonly title: string;
  /** The id of the module or program that does it. */
  readonly tool: string;
}

/** The stages in their order; one that is several modules has a step for each. */
function steps(instances: Release["run"]["instances"]): Step[] {
  const counts = new Map<string, number>();
  const found = new Map<string, Step>();
  for (const instance of Object.values(instances)) {
    const { stage, title } = instance;
    const tool = toolId(instance);
    const key = `${stage} ${tool}`;
    if (found.has(key)) continue;
    const count = (counts.get(stage) ?? 0) + 1;
    counts.set(stage, count);
    const id = count === 1 ? `#step-${stage}` : `#step-${stage}-${count}`;
    found.set(key, { id, stage, title, tool });
  }
  return [...found.values()];
}

/** Tells which step an instance belongs to, by its id. */
export function stepOf(
  instances: Release["run"]["instances"],
): (instance: PublishedInstance) => string {
  const ids = new Map(
    steps(instances).map(({ id, stage, tool }) => [`${stage} ${tool}`, id]),
  );
  return (instance) => ids.get(`${instance.stage} ${toolId(instance)}`)!; // made of these
}

/** The language, the engine, the steps, tools, data and parameters. */
export function workflow(
  release: Release,
  ports: Ports,
  locked: boolean,
): Entity[] {
  const { publication, run, deno } = release;
  const commands = new Set(
    Object.values(run.instances).map(toolId).filter((id) => id.startsWith("#")),
  );
  const stages = [
    ...new Set(Object.values(run.instances).map(({ stage }) => stage)),
  ];
  return [
    {
      "@id": "#typescript",
      "@type": "ComputerLanguage",
      name: "TypeScript",
      url: "https://www.typescriptlang.org/",
    },
    {
      "@id":
        "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE",
      "@type": "CreativeWork",
      name: "Bioschemas ComputationalWorkflow",
      version: "1.0-RELEASE",
    },
    {
      "@id": "#engine",
      "@type": "SoftwareApplication",
      name: "Facsimile, under Deno",
      softwareVersion: deno,
      url: "https://deno.com/",
      softwareRequirements: ref("#deno"),
    },
    {
      "@id": "#deno",
      "@type": "SoftwareApplication",
      name: "Deno",
      softwareVersion: deno,
      url: "https://deno.com/",
    },
    ...[...commands].map((id) => ({
      "@id": id,
      "@type": "SoftwareApplication",
      name: id.slice("#tool-".length),
      version: publication.version,
    })),
    ...ports.entities,
    ...steps(run.instances).map(({ id, stage, title, tool }, index) => ({
      "@id": id,
      "@type": "HowToStep",
      name: title,
      position: String(index + 1),
      workExample: ref(tool),
      ...refs("connection", ports.connections(stage)),
      ...(locked && { buildInstructions: ref(LOCKED) }),
    })),
    ...stages.flatMap((stage) =>
      parameterNames(run.instances, stage).map((name) => {
        const description = describe(release.described, name);
        return {
          "@id": parameterId(stage, name),
          "@type": "FormalParameter",
          name,
          additionalType: "PropertyValue",
          ...(description !== undefined && { description }),
        };
      })
    ),
  ];
}

/** Whether a fact is a parameter of its stage. */
export function isParameter(fact: string): boolean {
  return fact.startsWith("param ");
}

/** The name of the parameter that a fact is. */
export function parameterName(fact: string): string {
  return fact.slice("param ".length);
}

/** The parameters that instances of a stage have, sorted. */
export function parameterNames(
  instances: Release["run"]["instances"],
  stage: string,
): string[] {
  const names = Object.values(instances).filter((one) => one.stage === stage)
    .flatMap(({ facts }) => Object.keys(facts).filter(isParameter));
  return [...new Set(names)].map(parameterName).sort();
}
