/**
 * The experiment that an archive's sources configure: for its verifier, which has
 * the text of the file and the record of a run, and no machine.
 */
import { parse } from "smol-toml";
import * as v from "valibot";
import type { Json, JsonObject } from "../../pipeline/stage/json.ts";
import { experimentSchema } from "./schema.ts";

/**
 * The configuration of `experiment.toml`, without any profile. What a machine
 * settles (the engine that "auto" stands for, what that engine depends on) is as
 * the record says. Throws if the text is no configuration.
 */
export function experiment(
  read: (source: string) => Uint8Array,
  recorded: Json,
): Json {
  const text = new TextDecoder("utf-8", { fatal: true })
    .decode(read("experiment.toml"));
  // Where something runs or comes from, and a profile, are no part of the experiment.
  const { profile: _, executor: __, cache: ___, ...document } = parse(text);
  const { training, ...rest } = v.parse(experimentSchema, document);
  const { engines } = table(recorded);
  const { engine = null } = table(table(engines)[training.engine]);
  return {
    ...rest as unknown as JsonObject,
    training: { ...training, engine },
    engines: engines ?? null,
  };
}

function table(value: Json | undefined): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as JsonObject
    : {};
}
