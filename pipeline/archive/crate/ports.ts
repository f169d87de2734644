/**
 * What goes into the workflow and its stages and what comes out, as formal
 * parameters, and which of them are connected. By stage: its instances differ in
 * what goes through, not in where.
 */
import type { PublishedInstance } from "../../published/lock.ts";
import type { Release } from "../release.ts";
import { type Entity, ref, type Reference } from "./entity.ts";

/** The formal parameters of a run besides the settings of its stages. */
export interface Ports {
  /** What a stage reads, by id. */
  inputs(stage: string): readonly string[];
  /** What a stage makes, by id. */
  outputs(stage: string): readonly string[];
  /** What an output is an example of: where it comes out, and where it goes in. */
  made(instance: PublishedInstance, output: string): readonly string[];
  /** What a file of the project is an example of, by its digest. */
  read(digest: string): readonly string[];
  /** What a dataset's file is an example of. */
  given(dataset: number): readonly string[];
  /** The connections into a stage, by id; without one, those of the workflow. */
  connections(stage?: string): readonly string[];
  /** What goes into the workflow, and what comes out. */
  readonly workflow: {
    readonly inputs: readonly string[];
    readonly outputs: readonly string[];
  };
  readonly entities: readonly Entity[];
}

/** A place where something goes in or comes out. */
interface Port {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly stage?: string;
}

/** The ports of a run. */
export function portsOf({ run, publication }: Release): Ports {
  const inputs = new Map<string, Port>();
  const outputs = new Map<string, Port>();
  const results = new Map<string, Port>();
  const wires = new Map<string, { from: Port; to: Port; stage?: string }>();
  const add = (ports: Map<string, Port>, port: Port): Port => {
    if (!ports.has(port.id)) ports.set(port.id, port);
    return ports.get(port.id)!; // just added
  };
  const wire = (from: Port, to: Port, stage?: string) =>
    wires.set(`${from.id} ${to.id}`, { from, to, ...(stage && { stage }) });
  const titles = new Map(
    Object.values(run.instances).map(({ stage, title }) => [stage, title]),
  );
  const output = (stage: string, name: string) =>
    add(outputs, {
      id: `#out-${stage}-${encodeURIComponent(name)}`,
      name: `${name} of ${stage}`,
      description: `Comes out of the step "${titles.get(stage)}"`,
      stage,
    });
  const input = (stage: string, name: string) =>
    add(inputs, {
      id: `#in-${stage}-${encodeURIComponent(name)}`,
      name: `${name} for ${stage}`,
      description: `Goes into the step "${titles.get(stage)}"`,
      stage,
    });
  const data = publication.datasets.map((
    { name, description },
    index,
  ): Port => ({
    id: `#input-${index + 1}`,
    name,
    description,
  }));
  const sources = new Map<unknown, Port[]>();
  const datasets = new Map(
    publication.datasets.flatMap(({ files }, index) =>
      files.map(({ sha256 }) => [sha256, index] as const)
    ),
  );

  for (const { stage, from, facts, outputs } of Object.values(run.instances)) {
    for (const [name, { digest }] of Object.entries(outputs)) {
      output(stage, name);
      const dataset = data[datasets.get(digest) ?? -1];
      // A stage whose result is given is one that fetches it.
      if (dataset) wire(dataset, input(stage, dataset.name), stage);
    }
    for (const [fact, digest] of Object.entries(facts)) {
      if (!fact.startsWith("input ")) continue;
      const to = input(stage, fact.slice("input ".length).replace(/\[.*$/, ""));
      const producer = from.map((id) => run.instances[id]!) // before it
        .flatMap(({ stage, outputs }) =>
          Object.entries(outputs).filter(([, made]) => made.digest === digest)
            .map(([name]) => ({ stage, name }))
        ).at(0);
      if (producer) wire(output(producer.stage, producer.name), to, stage);
      else sources.set(digest, [...sources.get(digest) ?? [], to]);
    }
  }
  for (const path of Object.keys(run.artifacts).sort()) {
    const { instance, output: name } = run.artifacts[path]!; // its own key
    const { stage } = run.instances[instance]!; // of the same run
    const from = output(stage, name);
    wire(
      from,
      add(results, {
        id: `#output-${stage}-${encodeURIComponent(name)}`,
        name: from.name,
        description: "A result of the whole run",
      }),
    );
  }

  const ids = (ports: Iterable<Port>) => [...ports].map(({ id }) => id);
  const of = (ports: ReadonlyMap<string, Port>, wanted: string) =>
    ids([...ports.values()].filter(({ stage }) => stage === wanted));
  const connections = [...wires.values()].map((one, index) => ({
    ...one,
    id: `#connection-${index + 1}`,
  }));
  const formal = ({ id, name, description }: Port): Entity => ({
    "@id": id,
    "@type": "FormalParameter",
    name,
    description,
    additionalType: "File",
  });
  /** A port, and all that it leads to. */
  const through = (port: Port) => [
    port.id,
    ...connections.filter(({ from }) => from === port).map(({ to }) => to.id),
  ];
  return {
    inputs: (stage) => of(inputs, stage),
    outputs: (stage) => of(outputs, stage),
    made({ stage }, name) {
      return through(output(stage, name));
    },
    read: (digest) => [...new Set(ids(sources.get(digest) ?? []))],
    given: (dataset) => through(data[dataset]!), // one for each dataset
    connections: (stage) =>
      connections.filter((one) => one.stage === stage).map(({ id }) => id),
    workflow: { inputs: ids(data), outputs: ids(results.values()) },
    entities: [
      ...[...data, ...inputs.values(), ...outputs.values(), ...results.values()]
        .map(formal),
      ...connections.map(({ id, from, to }): Entity => ({
        "@id": id,
        "@type": "ParameterConnection",
        sourceParameter: ref(from.id),
        targetParameter: ref(to.id),
      })),
    ],
  };
}

/** References, or nothing where there are none: an empty list says less. */
export function refs(
  property: string,
  ids: readonly string[],
): { readonly [property: string]: readonly Reference[] } {
  return ids.length === 0 ? {} : { [property]: ids.map(ref) };
}
