/** What is asked for when an archive is made. */
import type { Again } from "../project/project.ts";
import type { Judge } from "../project/publication.ts";
import type { System } from "./packages.ts";

/** What is asked for. */
export interface Order {
  /** Mark what is missing instead of refusing. */
  readonly draft: boolean;
  /** With the files of the datasets. */
  readonly data: boolean;
  /** With the packages for a system. */
  readonly vendor?: System;
  /** Told what is being fetched. */
  readonly say?: (line: string) => void;
  /** Where it goes; by default into the root, under the publication's name. */
  readonly output: string | undefined;
  /** The artifact with the verdicts. */
  readonly verdicts: string | undefined;
  /** The artifact that a person reads. */
  readonly page?: string | undefined;
  readonly deno: string;
  readonly judge: Judge;
  /** What is made again from level 3 on. */
  readonly levels: readonly Again[];
  /** The variable that says where the data is. */
  readonly mirror: string | undefined;
}
