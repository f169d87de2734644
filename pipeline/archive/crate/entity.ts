/** What the parts of a crate have in common: entities, and the ids by which they refer to each other. */
import type { Json } from "../../stage/json.ts";
import type { PublishedInstance } from "../../published/lock.ts";
import type { Release } from "../release.ts";
import { CODE } from "../layout.ts";

/** A file of the archive, as the crate describes it. */
export interface Described {
  readonly name: string;
  readonly size: number;
  readonly digest: string;
}

/** An object of the graph, flat: others are named by `ref`. */
export type Entity = { readonly [property: string]: Json };

/** How entities name each other. */
export interface Reference {
  readonly [property: string]: string;
  readonly "@id": string;
}

/** A reference to an entity. */
export function ref(id: string): Reference {
  return { "@id": id };
}

/** The id of a local file: its path, percent-encoded. */
export function fileId(name: string): string {
  return name.split("/").map(encodeURIComponent).join("/");
}

/** The ids of the authors, in their order. */
export function authorIds({ publication }: Release): string[] {
  return publication.authors.map((author, index) =>
    author.name === undefined && author.orcid
      ? `https://orcid.org/${author.orcid}`
      : `#author-${index + 1}`
  );
}

/** The id of the module or program that an instance runs. */
export function toolId(
  { stage, facts }: Pick<PublishedInstance, "stage" | "facts">,
): string {
  return typeof facts.module === "string"
    ? fileId(CODE + facts.module)
    : `#tool-${stage}`;
}

/** The id of a parameter of a stage. */
export function parameterId(stage: string, name: string): string {
  return `#param-${stage}-${encodeURIComponent(name)}`;
}

/** The id of what ran an instance. */
export function actionId(instance: string): string {
  return `#action-${encodeURIComponent(instance)}`;
}
