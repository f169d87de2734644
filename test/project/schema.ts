/** `deno task schema`: writes experiment.schema.json anew, and that of the templates. */
import { cacheSchema } from "../../pipeline/config/cache.ts";
import { executorSchema } from "../../pipeline/config/executor.ts";
import { experimentSchema } from "../../stages/experiment/schema.ts";
import { SETTINGS } from "../../stages/experiment/settings.ts";
import { schemaText as textOf } from "../../stages/paper/editor.ts";
import { Desk } from "./made.ts";

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
  // A template's schema is known where its modules are beside the engine's.
  using desk = new Desk();
  await desk.new("paper", "--template", "minimal");
  const { code, err } = await desk.task("paper", "schema");
  if (code !== 0) throw new Error(err);
  Deno.copyFileSync(
    desk.path("paper/experiment.schema.json"),
    new URL(
      "../../templates/common/experiment.schema.json",
      import.meta.url,
    ),
  );
}
