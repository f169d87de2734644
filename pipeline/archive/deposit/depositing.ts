/**
 * Puts an archive into a draft on Zenodo: one draft for one archive, however
 * often it is tried.
 */
import { createHash } from "node:crypto";
import { createReadStream, statSync } from "node:fs";
import { basename } from "node:path";
import { fail, ok, type Result } from "../../failure.ts";
import type { Json } from "../../stage/json.ts";
import type { Draft, Zenodo } from "./zenodo.ts";

/** An archive that was checked. */
export interface Parcel {
  readonly path: string;
  /** The SHA-256 of its manifest. */
  readonly root: string;
  /** Its `.zenodo.json`. */
  readonly metadata: { readonly [key: string]: Json };
}

/** What happens on the way. */
export type Step =
  | { readonly kind: "created" | "continued"; readonly draft: Draft }
  | { readonly kind: "there" }
  | {
    readonly kind: "uploading";
    readonly sent: number;
    readonly size: number;
  };

/** What it came to. */
interface Deposited {
  readonly draft: Draft;
  readonly doi: string | undefined;
  readonly name: string;
  readonly size: number;
  readonly md5: string;
}

/** Makes or continues the draft of an archive. What arrived is compared with what was sent. */
export async function deposit(
  zenodo: Zenodo,
  { path, root, metadata }: Parcel,
  step: (step: Step) => void,
): Promise<Result<Deposited>> {
  const mark = `Root digest of the archive: ${root}`;
  const described = { ...metadata, notes: mark, prereserve_doi: true };
  const drafts = await zenodo.drafts();
  if (!drafts.ok) return drafts;
  const found = drafts.value.find(({ submitted, metadata }) =>
    !submitted && metadata?.notes?.includes(mark)
  );
  const begun = found
    ? await zenodo.describe(found, described)
    : await zenodo.create(described);
  if (!begun.ok) return begun;
  // The list of files is that of the found draft: a description may lack it.
  const draft = { ...begun.value, files: found?.files ?? [] };
  step({ kind: found ? "continued" : "created", draft });

  const name = basename(path);
  const { size } = statSync(path);
  const md5 = await md5Of(path);
  const same = draft.files.some(({ filename, filesize, checksum }) =>
    filename === name && filesize === size && digits(checksum) === md5
  );
  if (same) step({ kind: "there" });
  else {
    const uploaded = await zenodo.upload(
      draft,
      name,
      { path, size },
      (sent) => step({ kind: "uploading", sent, size }),
    );
    if (!uploaded.ok) return uploaded;
    const { value } = uploaded;
    if (value.size !== size || digits(value.checksum) !== md5) {
      return fail({
        kind: "damaged",
        what: `Cannot upload ${name}`,
        seen:
          `${size} bytes with MD5 ${md5} were sent, and ${value.size} with ${
            digits(value.checksum)
          } arrived`,
        hint: "run the command again: it is uploaded anew",
      });
    }
  }
  const doi = begun.value.metadata?.prereserve_doi?.doi;
  return ok({ draft, doi, name, size, md5 });
}

/** `md5:…` or the digits alone: the interface has both. */
function digits(checksum: string): string {
  return checksum.replace(/^md5:/, "");
}

async function md5Of(path: string): Promise<string> {
  const hash = createHash("md5");
  for await (const piece of createReadStream(path)) hash.update(piece);
  return hash.digest("hex");
}
