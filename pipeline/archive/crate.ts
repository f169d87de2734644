/**
 * The RO-Crate: what the files are, what made them, from what. RO-Crate 1.1 with
 * the Workflow Run profiles 0.5 (process, workflow, provenance); 1.2 makes the
 * validators of those profiles fail.
 */
import { canonical, canonicalPretty, type Json } from "../json.ts";
import type { PublishedInstance } from "../published/lock.ts";
import { type Edition, editionDate, machineText } from "./edition.ts";
import { archivePath, CODE, CRATE, MANIFEST } from "./layout.ts";

/** A file of the archive, as the crate describes it. */
export interface Described {
  readonly name: string;
  readonly size: number;
  readonly digest: string;
}

type Entity = { readonly [property: string]: Json };

const PROFILES = [
  ["https://w3id.org/ro/wfrun/process/0.5", "Process Run Crate", "0.5"],
  ["https://w3id.org/ro/wfrun/workflow/0.5", "Workflow Run Crate", "0.5"],
  ["https://w3id.org/ro/wfrun/provenance/0.5", "Provenance Run Crate", "0.5"],
  [
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0",
    "Workflow RO-Crate",
    "1.0",
  ],
] as const;

const FORMATS: { readonly [extension: string]: string } = {
  bin: "application/octet-stream",
  cff: "application/yaml",
  css: "text/css",
  gz: "application/gzip",
  html: "text/html",
  js: "text/javascript",
  json: "application/json",
  lock: "application/json",
  md: "text/markdown",
  onnx: "application/onnx",
  pdf: "application/pdf",
  png: "image/png",
  svg: "image/svg+xml",
  tex: "application/x-tex",
  tgz: "application/gzip",
  toml: "application/toml",
  ts: "application/typescript",
};

const ref = (id: string) => ({ "@id": id });

/** The id of a local file: its path, percent-encoded. */
export function fileId(name: string): string {
  return name.split("/").map(encodeURIComponent).join("/");
}

/** `2026-11-23T16:00:00.000+00:00`: the profile's validators refuse a Z. */
function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace("Z", "+00:00");
}

/** The text of `ro-crate-metadata.json`. */
export function crateFile(
  edition: Edition,
  files: readonly Described[],
): string {
  return canonicalPretty({
    "@context": [
      "https://w3id.org/ro/crate/1.1/context",
      "https://w3id.org/ro/terms/workflow-run/context",
      {
        buildInstructions: "https://codemeta.github.io/terms/buildInstructions",
      },
    ],
    "@graph": [
      ...head(edition, files),
      ...fileEntities(edition, files),
      ...workflow(edition),
      ...actions(edition, files),
    ],
  });
}

function authorIds({ publication }: Edition): string[] {
  return publication.authors.map(({ orcid }, index) =>
    orcid ? `https://orcid.org/${orcid}` : `#author-${index + 1}`
  );
}

function head(edition: Edition, files: readonly Described[]): Entity[] {
  const { publication, run } = edition;
  const license = `https://spdx.org/licenses/${publication.license}`;
  const ids = authorIds(edition);
  return [
    {
      "@id": CRATE,
      "@type": "CreativeWork",
      about: ref("./"),
      conformsTo: [
        ref("https://w3id.org/ro/crate/1.1"),
        ref("https://w3id.org/workflowhub/workflow-ro-crate/1.0"),
      ],
    },
    {
      "@id": "https://w3id.org/ro/crate/1.1",
      "@type": "CreativeWork",
      name: "RO-Crate Metadata Specification",
      version: "1.1",
    },
    {
      "@id": "./",
      "@type": "Dataset",
      name: publication.title,
      description: publication.description,
      datePublished: editionDate(edition),
      version: publication.version,
      keywords: publication.keywords.join(", "),
      license: ref(license),
      author: ids.map(ref),
      conformsTo: PROFILES.map(([id]) => ref(id)),
      mainEntity: ref(fileId(CODE + publication.workflow)),
      mentions: [
        "#run",
        "#organize",
        ...Object.keys(run.instances).map(actionId),
      ].map(ref),
      hasPart: [
        ...files.filter(({ name }) => name !== CRATE)
          .map(({ name }) => fileId(name)),
        CODE,
        ...(edition.data
          ? []
          : publication.datasets.flatMap(({ files }) =>
            files.map(({ urls }) => urls[0]!) // a mirror is declared
          )),
      ].map(ref),
    },
    ...PROFILES.map(([id, name, version]) => ({
      "@id": id,
      "@type": "CreativeWork",
      name,
      version,
    })),
    {
      "@id": license,
      "@type": "CreativeWork",
      name: publication.license,
      identifier: license,
    },
    ...publication.authors.map(({ given, family, affiliation }, index) => ({
      "@id": ids[index]!, // one for each author
      "@type": "Person",
      name: `${given} ${family}`,
      givenName: given,
      familyName: family,
      ...(affiliation && { affiliation: ref(`#organization-${index + 1}`) }),
    })),
    ...publication.authors.flatMap(({ affiliation }, index) =>
      affiliation
        ? [{
          "@id": `#organization-${index + 1}`,
          "@type": "Organization",
          name: affiliation,
        }]
        : []
    ),
  ];
}

function fileEntities(
  edition: Edition,
  files: readonly Described[],
): Entity[] {
  const { publication, run, code } = edition;
  const stages = new Map(
    Object.values(run.instances).flatMap(({ stage, title, facts }) =>
      typeof facts.module === "string"
        ? [[CODE + facts.module, { stage, title }] as const]
        : []
    ),
  );
  const artifacts = new Map(
    Object.entries(run.artifacts).map(([path, { instance }]) =>
      [archivePath(path), instance] as const
    ),
  );
  const locked = files.some(({ name }) => name === `${CODE}deno.lock`);
  const entities = files.filter(({ name }) => name !== CRATE).map(
    ({ name, size, digest }): Entity => {
      const stage = stages.get(name);
      const workflow = name === CODE + publication.workflow;
      const extension = name.slice(name.lastIndexOf(".") + 1);
      return {
        "@id": fileId(name),
        "@type": workflow
          ? ["File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"]
          : stage
          ? ["File", "SoftwareSourceCode", "SoftwareApplication"]
          : "File",
        name: stage?.title ?? name,
        encodingFormat: FORMATS[extension] ?? "text/plain",
        ...(name !== MANIFEST && { contentSize: String(size), sha256: digest }),
        ...(artifacts.has(name) &&
          { description: `made by ${artifacts.get(name)}` }),
        ...(name === "README.md" && { about: ref("./") }),
        ...(name === `${CODE}deno.lock` && { conformsTo: ref("#lock-format") }),
        ...(stage && {
          version: publication.version,
          input: parameterNames(run.instances, stage.stage)
            .map((parameter) => ref(parameterId(stage.stage, parameter))),
        }),
        ...(workflow && workflowProperties(edition, locked)),
      };
    },
  );
  return [
    ...entities,
    {
      "@id": CODE,
      "@type": "Dataset",
      name: "The sources as run",
      identifier: code,
    },
    {
      "@id": "#lock-format",
      "@type": "CreativeWork",
      name: "Deno's lock file, version 5",
    },
    ...(edition.data
      ? []
      : publication.datasets.flatMap(({ files, name }) =>
        files.map((file): Entity => ({
          "@id": file.urls[0]!, // a mirror is declared
          "@type": "File",
          name: `${name}: ${file.name}`,
          encodingFormat: "application/gzip",
          contentSize: String(file.bytes),
          sha256: file.sha256,
          sdDatePublished: editionDate(edition),
        }))
      )),
  ];
}

function workflowProperties(
  { run, publication }: Edition,
  locked: boolean,
): Entity {
  const stages = stageList(run.instances);
  return {
    programmingLanguage: ref("#typescript"),
    ...(locked && { buildInstructions: ref(`${CODE}deno.lock`) }),
    conformsTo: ref(
      "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE",
    ),
    hasPart: [...new Set(stages.map(({ tool }) => tool))].map(ref),
    step: stages.map(({ stage }) => ref(`#step-${stage}`)),
    input: publication.datasets.map((_, index) => ref(`#input-${index + 1}`)),
    output: [ref("#output")],
    version: publication.version,
  };
}

/** The stages in their order, with the file or program that each is. */
function stageList(
  instances: Edition["run"]["instances"],
): { stage: string; title: string; tool: string }[] {
  const stages = new Map<
    string,
    { stage: string; title: string; tool: string }
  >();
  for (const { stage, title, facts } of Object.values(instances)) {
    const tool = toolId({ stage, facts });
    // One stage may be several modules: a step for each.
    stages.set(`${stage} ${tool}`, { stage, title, tool });
  }
  const seen = new Map<string, number>();
  return [...stages.values()].map(({ stage, title, tool }) => {
    const count = (seen.get(stage) ?? 0) + 1;
    seen.set(stage, count);
    return { stage: count === 1 ? stage : `${stage}-${count}`, title, tool };
  });
}

function toolId(
  { stage, facts }: Pick<PublishedInstance, "stage" | "facts">,
): string {
  return typeof facts.module === "string"
    ? fileId(CODE + facts.module)
    : `#tool-${stage}`;
}

function workflow(edition: Edition): Entity[] {
  const { publication, run, deno } = edition;
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
    },
    ...[...commands].map((id) => ({
      "@id": id,
      "@type": "SoftwareApplication",
      name: id.slice("#tool-".length),
      version: publication.version,
    })),
    ...publication.datasets.map(({ name }, index) => ({
      "@id": `#input-${index + 1}`,
      "@type": "FormalParameter",
      name,
      additionalType: "File",
    })),
    {
      "@id": "#output",
      "@type": "FormalParameter",
      name: publication.metrics,
      additionalType: "File",
    },
    ...stageList(run.instances).map(({ stage, title, tool }, index) => ({
      "@id": `#step-${stage}`,
      "@type": "HowToStep",
      name: title,
      position: String(index + 1),
      workExample: ref(tool),
    })),
    ...stages.flatMap((stage) =>
      parameterNames(run.instances, stage).map((name) => ({
        "@id": parameterId(stage, name),
        "@type": "FormalParameter",
        name,
        additionalType: "PropertyValue",
      }))
    ),
  ];
}

const isParameter = (fact: string) => fact.startsWith("param ");

function parameterNames(
  instances: Edition["run"]["instances"],
  stage: string,
): string[] {
  const names = Object.values(instances).filter((one) => one.stage === stage)
    .flatMap(({ facts }) => Object.keys(facts).filter(isParameter));
  return [...new Set(names)].map((fact) => fact.slice("param ".length)).sort();
}

function parameterId(stage: string, name: string): string {
  return `#param-${stage}-${encodeURIComponent(name)}`;
}

function actionId(instance: string): string {
  return `#action-${encodeURIComponent(instance)}`;
}

function actions(edition: Edition, files: readonly Described[]): Entity[] {
  const { publication, run, data } = edition;
  // Files of the project that stages read: texts that quote numbers, scripts.
  const sources = new Map(
    files.filter(({ name }) => name.startsWith(CODE))
      .map(({ name, digest }) => [digest, fileId(name)]),
  );
  const entities: Entity[] = [];
  const byDigest = new Map<string, string>();
  for (const { files } of publication.datasets) {
    for (const { name, sha256, urls } of files) {
      byDigest.set(sha256, data ? fileId(`data/${name}`) : urls[0]!);
    }
  }
  for (const [path, { digest }] of Object.entries(run.artifacts)) {
    if (!byDigest.has(digest)) byDigest.set(digest, fileId(archivePath(path)));
  }
  const paths = new Map(
    Object.entries(run.artifacts).map(([path, { instance, output }]) =>
      [`${instance} ${output}`, fileId(archivePath(path))] as const
    ),
  );
  for (const [id, { outputs, title }] of Object.entries(run.instances)) {
    for (const [output, { digest, size }] of Object.entries(outputs)) {
      if (byDigest.has(digest) || paths.has(`${id} ${output}`)) continue;
      byDigest.set(digest, `#object-${digest}`);
      entities.push({
        "@id": `#object-${digest}`,
        "@type": "CreativeWork",
        name: `${output} of ${id}`,
        description: `${title}; not in this archive, made again when needed`,
        contentSize: String(size),
        sha256: digest,
      });
    }
  }
  const agent = authorIds(edition).slice(0, 1).map(ref);
  const steps = new Map(
    stageList(run.instances).map(({ stage, tool }) => [
      `${stage.replace(/-\d+$/, "")} ${tool}`,
      `#step-${stage}`,
    ]),
  );
  let first = Infinity;
  let last = 0;
  for (const [id, instance] of Object.entries(run.instances)) {
    const { stage, title, facts, outputs, made, seconds } = instance;
    const end = Date.parse(made);
    const start = end - Math.round(seconds * 1000);
    first = Math.min(first, start);
    last = Math.max(last, end);
    const parameters = Object.entries(facts).filter(([fact]) =>
      isParameter(fact)
    ).map(([fact, value]) => ({
      "@id": `#value-${encodeURIComponent(`${id} ${fact.slice(6)}`)}`,
      "@type": "PropertyValue",
      name: fact.slice("param ".length),
      value: typeof value === "number" || typeof value === "string"
        ? value
        : canonical(value),
      exampleOfWork: ref(parameterId(stage, fact.slice("param ".length))),
    }));
    const inputs = Object.entries(facts).filter(([fact]) =>
      fact.startsWith("input ")
    ).flatMap(([, digest]) =>
      byDigest.get(String(digest)) ?? sources.get(String(digest)) ?? []
    );
    const results = Object.entries(outputs).map(([output, { digest }]) =>
      paths.get(`${id} ${output}`) ?? byDigest.get(digest)! // every output has one
    );
    entities.push(...parameters, {
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
      actionStatus: ref("http://schema.org/CompletedActionStatus"),
    }, {
      "@id": `#control-${encodeURIComponent(id)}`,
      "@type": "ControlAction",
      name: `Run ${id}`,
      instrument: ref(
        steps.get(`${stage} ${toolId(instance)}`) ?? `#step-${stage}`,
      ),
      object: ref(actionId(id)),
      actionStatus: ref("http://schema.org/CompletedActionStatus"),
    });
  }
  const everything = {
    agent,
    startTime: time(first),
    endTime: time(last),
    actionStatus: ref("http://schema.org/CompletedActionStatus"),
  };
  return [
    ...entities,
    {
      "@id": "#run",
      "@type": "CreateAction",
      name: "The published run",
      description: machineText(run),
      instrument: ref(fileId(CODE + publication.workflow)),
      object: publication.datasets.flatMap(({ files }) =>
        files.map(({ sha256 }) => ref(byDigest.get(sha256)!)) // set above
      ),
      result: [...new Set(paths.values())].map(ref),
      ...everything,
    },
    {
      "@id": "#organize",
      "@type": "OrganizeAction",
      name: "Facsimile ran the stages",
      instrument: ref("#engine"),
      object: Object.keys(run.instances).map((id) =>
        ref(`#control-${encodeURIComponent(id)}`)
      ),
      result: ref("#run"),
      ...everything,
    },
  ];
}
