/**
 * source.json: whether a file of the dataset could be had. `download` writes one
 * beside each file, `prepare` reads them. Which mirror it was is left out: the
 * result must not depend on it.
 */
import * as v from "valibot";

export const SourceSchema = v.object({
  kind: v.picklist(["mirror", "unavailable"]),
});

export type Source = v.InferOutput<typeof SourceSchema>;
