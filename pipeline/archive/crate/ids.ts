/** Which entity stands for which content: what actions read and made. */
import { type Release } from "../release.ts";
import { archivePath, CODE } from "../layout.ts";
import { type Described, type Entity, fileId } from "./entity.ts";
import { type Ports, refs } from "./ports.ts";

/** The entities of contents, by what is known of them. */
export interface Contents {
  /** The id of the entity that has this digest; undefined if none has. */
  of(digest: string): string | undefined;
  /** The id of the entity that an instance's output is. */
  output(instance: string, name: string, digest: string): string;
  /** The artifacts in the archive. */
  readonly artifacts: readonly string[];
  /** Entities of what is not in the archive and was made on the way. */
  readonly entities: readonly Entity[];
}

/** Names every content that the run read or made. */
export function contents(
  { publication, run, data }: Release,
  files: readonly Described[],
  ports: Ports,
): Contents {
  // Files of the project that stages read: texts that quote numbers, scripts.
  const sources = new Map(
    files.filter(({ name }) => name.startsWith(CODE))
      .map(({ name, digest }) => [digest, fileId(name)]),
  );
  const byDigest = new Map<string, string>();
  for (const { files } of publication.datasets) {
    for (const { name, sha256, urls } of files) {
      byDigest.set(sha256, data ? fileId(`data/${name}`) : urls[0]!); // a mirror is declared
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
  const entities: Entity[] = [];
  for (const [id, instance] of Object.entries(run.instances)) {
    const { outputs, title } = instance;
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
        ...refs("exampleOfWork", ports.made(instance, output)),
      });
    }
  }
  return {
    of: (digest) => byDigest.get(digest) ?? sources.get(digest),
    output: (instance, name, digest) =>
      paths.get(`${instance} ${name}`) ?? byDigest.get(digest)!, // every output has one
    artifacts: [...new Set(paths.values())],
    entities,
  };
}
