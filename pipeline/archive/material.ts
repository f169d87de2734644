/**
 * What an archive's documents repeat of its other files: so that it has one source
 * there, both when the archive is made and when it is checked.
 */
import { describedSettings } from "./comments.ts";
import { archivePath, CODE } from "./layout.ts";
import { type Picture, picturesOf } from "./pictures.ts";
import type { Lock } from "../published/lock.ts";
import type { Publication } from "../project/publication.ts";

/** What is read of the files. */
export interface Material {
  /** What the comments of the configuration say of its settings, by path. */
  readonly described: ReadonlyMap<string, string>;
  readonly pictures: readonly Picture[];
}

/** Reads it; `read` gives the text of a member, nothing where there is none. */
export function materialOf(
  { publication, run }: {
    readonly publication: Publication;
    readonly run: Lock;
  },
  read: (name: string) => string | undefined,
): Material {
  const { configuration } = publication;
  return {
    described: describedSettings(
      configuration === undefined ? "" : read(CODE + configuration) ?? "",
    ),
    pictures: picturesOf(
      run,
      (path) => read(archivePath(path)) ?? "",
    ),
  };
}
