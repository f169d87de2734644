/** The files of a crate, and the dataset's where they are not in it. */
import {
  type Release,
  releaseDate,
  sourcesText,
  sourcesUrl,
} from "../release.ts";
import {
  archivePath,
  CODE,
  CRATE,
  LOCKED,
  MANIFEST,
  PICTURE,
  VENDOR,
} from "../layout.ts";
import { licenseId } from "../licenses.ts";
import {
  type Described,
  type Entity,
  fileId,
  parameterId,
  ref,
} from "./entity.ts";
import { type Ports, refs } from "./ports.ts";
import { parameterNames, workflowProperties } from "./workflow.ts";

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
  mjs: "text/javascript",
  pdf: "application/pdf",
  png: "image/png",
  svg: "image/svg+xml",
  tex: "application/x-tex",
  tgz: "application/gzip",
  toml: "application/toml",
  ts: "application/typescript",
};

/** An entity for each file; those of stages and of the workflow say so. */
export function fileEntities(
  release: Release,
  files: readonly Described[],
  ports: Ports,
  locked: boolean,
): Entity[] {
  const { publication, run, code } = release;
  const formats = { ...FORMATS, ...publication.formats };
  const stages = new Map(
    Object.values(run.instances).flatMap(({ stage, title, facts }) =>
      typeof facts.module === "string"
        ? [[CODE + facts.module, { stage, title }] as const]
        : []
    ),
  );
  const artifacts = new Map(
    Object.entries(run.artifacts).map(([path, artifact]) =>
      [archivePath(path), artifact] as const
    ),
  );
  const url = publication.repository ?? sourcesUrl(release);
  const licenses = licensesOf(release);
  const entities = files.filter(({ name }) => name !== CRATE).map(
    ({ name, size, digest }): Entity => {
      const stage = stages.get(name);
      const workflow = name === CODE + publication.workflow;
      const artifact = artifacts.get(name);
      const extension = name.slice(name.lastIndexOf(".") + 1);
      return {
        "@id": fileId(name),
        "@type": name === PICTURE
          ? ["File", "ImageObject"]
          : workflow
          ? ["File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"]
          : stage
          ? ["File", "SoftwareSourceCode", "SoftwareApplication"]
          : "File",
        name: stage?.title ?? name,
        encodingFormat: formats[extension] ?? "text/plain",
        ...(name !== MANIFEST && { contentSize: String(size), sha256: digest }),
        ...(licenses.has(name) &&
          { license: ref(licenseId(licenses.get(name)!)) }), // just asked
        ...(artifact && {
          description: `made by ${artifact.instance}`,
          ...refs(
            "exampleOfWork",
            ports.made(run.instances[artifact.instance]!, artifact.output), // of the run
          ),
        }),
        ...(name.startsWith(CODE) &&
          refs("exampleOfWork", ports.read(digest))),
        ...(name === PICTURE &&
          { about: ref(fileId(CODE + publication.workflow)) }),
        ...(name === "README.md" && { about: ref("./") }),
        ...(name === LOCKED && { conformsTo: ref("#lock-format") }),
        ...(stage && {
          version: publication.version,
          ...(url !== undefined && { url }),
          softwareRequirements: ref("#deno"),
          ...refs("input", [
            ...parameterNames(run.instances, stage.stage)
              .map((parameter) => parameterId(stage.stage, parameter)),
            ...ports.inputs(stage.stage),
          ]),
          ...refs("output", ports.outputs(stage.stage)),
        }),
        ...(workflow && url !== undefined && { url }),
        ...(workflow && workflowProperties(release, ports, locked)),
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
      description: `The sources as run: ${sourcesText(release)}`,
      hasPart: files.filter(({ name }) => name.startsWith(CODE))
        .map(({ name }) => ref(fileId(name))),
    },
    {
      "@id": "#lock-format",
      "@type": "CreativeWork",
      name: "Deno's lock file, version 5",
    },
    ...(release.data
      ? []
      : publication.datasets.flatMap(({ files, name, license }, index) =>
        files.map((file): Entity => ({
          "@id": file.urls[0]!, // a mirror is declared
          "@type": "File",
          name: `${name}: ${file.name}`,
          encodingFormat: "application/gzip",
          contentSize: String(file.bytes),
          sha256: file.sha256,
          sdDatePublished: releaseDate(release),
          ...(license !== undefined && { license: ref(licenseId(license)) }),
          ...refs("exampleOfWork", ports.given(index)),
        }))
      )),
  ];
}

/** The licences of files that others made, by the files' names. */
function licensesOf(
  { publication, data, vendor }: Release,
): ReadonlyMap<string, string> {
  return new Map([
    ...publication.datasets.flatMap(({ files, license }) =>
      data && license !== undefined
        ? files.map(({ name }) => [`data/${name}`, license] as const)
        : []
    ),
    ...(vendor?.packages ?? []).flatMap(({ file, license }) =>
      license === undefined ? [] : [[`${VENDOR}npm/${file}`, license] as const]
    ),
  ]);
}

/** Every licence that a file of others is under, once. */
export function othersLicenses({ publication, vendor }: Release): string[] {
  const found = [
    ...publication.datasets.map(({ license }) => license),
    ...(vendor?.packages ?? []).map(({ license }) => license),
  ];
  return [...new Set(found.flatMap((license) => license ?? []))].sort();
}
