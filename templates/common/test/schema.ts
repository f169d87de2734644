/** `deno task schema`: writes experiment.schema.json anew, which editors complete and check with. */
import { cacheSchema } from "../pipeline/config/cache.ts";
import { executorSchema } from "../pipeline/config/executor.ts";
import { schemaText } from "../stages/paper/editor.ts";
import { settingsOf } from "../stages/paper/tables.ts";
import { experimentSchema } from "../stages/pipeline.ts";
import { own } from "../stages/settings.ts";

/** Where it stands. */
export const PATH = new URL("../experiment.schema.json", import.meta.url);

/** The text of the file. */
export function text(): string {
  const experiment = new URL("../experiment.toml", import.meta.url);
  return schemaText(Deno.readTextFileSync(experiment), experimentSchema, {
    settings: settingsOf(own),
    executor: executorSchema,
    cache: cacheSchema,
  });
}

if (import.meta.main) Deno.writeTextFileSync(PATH, text());
