/** What is said of a paper of one's own when it is published. */
import type { Json } from "../../pipeline/stage/json.ts";
import type { Author } from "./schema.ts";

/** What of its experiment is said. */
interface Paper {
  readonly paper: {
    readonly title: string;
    readonly version: string;
    readonly license: string;
    readonly abstract: string;
    readonly keywords: readonly string[];
    readonly repository?: string;
  };
  readonly authors: readonly Author[];
  readonly claims: readonly object[];
}

/** The files of a paper of one's own, beside those that are named for it. */
const SOURCES = [
  ".devcontainer",
  ".github",
  ".gitignore",
  "LICENSE",
  "README.md",
  "deno.json",
  "deno.lock",
  "engine.json",
  "experiment.schema.json",
  "experiment.toml",
  "main.ts",
  "pipeline",
  "results.lock.json",
  "stages",
  "test",
];

/** The publication of a paper, as the engine asks for it; `name` is its archive's. */
// deno-lint-ignore explicit-module-boundary-types -- the engine has the type, and stages do not
export function publicationOf(
  { paper, authors, claims }: Paper,
  { name, sources = [] }: {
    readonly name: string;
    /** Further files and folders of it, as `data`. */
    readonly sources?: readonly string[];
  },
) {
  return {
    name,
    title: paper.title,
    description: paper.abstract.trim(),
    version: paper.version,
    license: paper.license,
    keywords: paper.keywords,
    authors,
    repository: paper.repository,
    datasets: [],
    metrics: "metrics.json",
    means: [],
    workflow: "stages/pipeline.ts",
    sources: [...SOURCES, ...sources].toSorted(),
    configuration: "experiment.toml",
    claims: claims as readonly Json[],
    judge: "stages/judge.ts",
  };
}
