/** What every figure of a paper declares, whoever draws it. */
import { join } from "node:path";
import type { Declaration } from "../../pipeline/stage/declaration.ts";
import { namesOf } from "./authors.ts";
import type { Author } from "./schema.ts";

/** The folder of the font, which a figure's process may read. */
const FONT_FOLDER = join(
  import.meta.dirname!, // a local file always has one
  "../../node_modules/@expo-google-fonts/source-sans-3",
);

/** Its four files, the font that it reads, and whose it is. */
export function figureParts(
  name: string,
  authors: readonly Author[],
): Required<Pick<Declaration, "outputs" | "permissions" | "params">> {
  return {
    outputs: Object.fromEntries(["png", "svg", "pdf", "tex"].map((form) => [
      form,
      { file: `${name}.${form}`, artifact: `figures/${name}.${form}` },
    ])),
    permissions: { read: [FONT_FOLDER] },
    // What the files say of where they are from.
    params: { imprint: { authors: namesOf(authors), language: "en" } },
  };
}
