/** `deno task schema`: writes experiment.schema.json anew. */
import { cacheSchema } from "../../pipeline/config/cache.ts";
import { executorSchema } from "../../pipeline/config/executor.ts";
import { experimentSchema } from "../../stages/experiment/schema.ts";
import { SETTINGS } from "../../stages/experiment/settings.ts";
import { schemaText as textOf } from "../../stages/paper/editor.ts";

/** Where it stands. */
export const PATH: string = new URL(
  "../../experiment.schema.json",
  import.meta.url,
).pathname;

/** The text of the file. */
export const schemaText = (experiment: string): string =>
  textOf(experiment, experimentSchema, {
    settings: SETTINGS,
    executor: executorSchema,
    cache: cacheSchema,
  });

if (import.meta.main) {
  const experiment = new URL("../../experiment.toml", import.meta.url);
  Deno.writeTextFileSync(PATH, schemaText(Deno.readTextFileSync(experiment)));
}
