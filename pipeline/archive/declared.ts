/**
 * The record against what the project declares under its configuration: instances,
 * parameters, inputs, artifacts and what they promise. The code that ran is not
 * known here; from level 3 on it is asked itself.
 */
import { link } from "../graph/link.ts";
import type { Instance } from "../graph/graph.ts";
import { inputFacts, ownFacts } from "../plan/facts.ts";
import type { Judge } from "../project/publication.ts";
import type { Json } from "../stage/json.ts";
import type { Digest } from "../store/digest.ts";
import type { Facts } from "../store/fingerprint.ts";
import type { Container } from "./container.ts";
import { json } from "./derivation.ts";
import { CODE, RELEASE, RUN } from "./layout.ts";
import { partings, partingText } from "./parting.ts";
import type { Release } from "./release.ts";

/** What the sources' configuration says, if it says what the record does; what it does not is added. */
export function checkExperiment(
  { run }: Release,
  container: Container,
  { experiment }: Judge,
  findings: string[],
): void {
  if (!experiment) return;
  const read = (path: string) => container.read(CODE + path);
  for (
    const parting of partings(
      run.experiment,
      json(experiment(read, run.experiment)),
    )
  ) {
    findings.push(
      partingText(
        `${RUN}, experiment`,
        parting,
        `the configuration in ${CODE} says`,
      ),
    );
  }
}

/** What the project declares against the record. The experiment must be that of the sources. */
export function checkDeclared(
  release: Release,
  container: Container,
  { pipeline, publication }: Judge,
  findings: string[],
): void {
  const { run, memory } = release;
  const say = (
    name: string,
    seen: Json | undefined,
    expected: Json | undefined,
    source: string,
  ) => {
    for (const parting of partings(seen, expected)) {
      findings.push(partingText(name, parting, source));
    }
  };
  const experiment = run.experiment as never; // the configuration's own
  if (publication) {
    say(
      `${RELEASE}, publication`,
      json(release.publication),
      json(publication(experiment)),
      "the configuration says",
    );
  }
  if (!pipeline) return;
  const linked = link(pipeline, experiment, () => undefined);
  if (!linked.ok) {
    const { what, seen } = linked.failure;
    findings.push(`${RUN}, experiment: ${what}${seen ? `: ${seen}` : ""}`);
    return;
  }
  const { instances } = linked.value;
  const source = "the project declares";
  say(
    `${RUN}, instances`,
    Object.keys(run.instances).sort(),
    instances.map(({ id }) => id).sort(),
    source,
  );
  const artifacts: Record<string, Json> = {};
  const limits: Record<string, number> = {};
  for (const instance of instances) {
    const { id, stage, title, producers, declaration } = instance;
    limits[stage] = Math.max(
      limits[stage] ?? 0,
      declaration.resources?.memory ?? 0,
    );
    const recorded = run.instances[id];
    if (!recorded) continue; // said already
    const from = producers.map((producer) => producer.id);
    say(
      `${RUN}, ${id}`,
      {
        stage: recorded.stage,
        title: recorded.title,
        from: recorded.from,
        outputs: Object.keys(recorded.outputs).sort(),
        facts: known(recorded.facts),
      },
      {
        stage,
        title,
        from,
        outputs: Object.keys(declaration.outputs).sort(),
        facts: known(declaredFacts(instance, release, container)),
      },
      source,
    );
    for (const [output, one] of Object.entries(declaration.outputs)) {
      if (one.artifact === undefined) continue;
      artifacts[one.artifact] = {
        instance: id,
        output,
        determinism: json(one.determinism ?? { kind: "bits" }),
      };
    }
  }
  say(
    `${RUN}, artifacts`,
    Object.fromEntries(
      Object.entries(run.artifacts).map((
        [path, { instance, output, determinism }],
      ) => [path, { instance, output, determinism: json(determinism) }]),
    ),
    artifacts,
    source,
  );
  say(`${RELEASE}, memory`, json(memory), limits, source);
}

/** Facts of what is declared and read; those of code are no part of a declaration. */
const DECLARED =
  /^(param|at|env|fact|output|order|input) |^(module|command|os|cpu)$/;

function known(facts: Facts): Json {
  return Object.fromEntries(
    Object.entries(facts).filter(([fact]) => DECLARED.test(fact)),
  );
}

/** The facts that an instance has by its declaration, on the machine of the record. */
function declaredFacts(
  instance: Instance,
  { run }: Release,
  container: Container,
): Facts {
  const { deno, os, cpu } = run.instances[instance.id]?.facts ?? {};
  const ground = { deno: word(deno), os: word(os), cpu: word(cpu) };
  const own = ownFacts(instance, undefined, ground);
  const there = new Set(container.members.map(({ name }) => name));
  const { facts } = inputFacts(instance, (source) => {
    if (source.kind === "output") {
      return run.instances[source.instance]?.outputs[source.output]?.digest;
    }
    const name = CODE + source.path;
    return there.has(name) ? container.digest(name) as Digest : undefined;
  });
  // A parameter that is Deno's version is that of the record, not of whoever verifies.
  const here = Deno.version.deno;
  return Object.fromEntries(
    Object.entries({ ...own, ...facts }).map(([fact, value]) => [
      fact,
      fact.endsWith("deno") && value === here ? ground.deno : value,
    ]),
  );
}

function word(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
