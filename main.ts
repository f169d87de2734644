/** Puts the engine and the research together. */
import { main } from "./pipeline/cli.ts";
import { project } from "./stages/pipeline.ts";

Deno.exit(await main(Deno.args, project(import.meta.dirname!)));
