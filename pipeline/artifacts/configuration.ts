/**
 * Which configuration a run was made with: what the command line laid over the
 * file, and the digest of what came of that. Two that resolve to the same are the
 * same, whatever was typed.
 */
import { type Digest, digestJson } from "../store/digest.ts";
import type { Json } from "../stage/json.ts";

/** A run's configuration, as `run.json` names it. */
export interface Configuration {
  readonly profile?: string;
  /** The values of `--set`, and of options that stand for a setting. */
  readonly settings: readonly string[];
  /** The stages and instances that were asked for; none: everything. */
  readonly targets: readonly string[];
  /** Of the resolved experiment. */
  readonly digest: Digest;
}

/** Settings that are no part of an experiment: where it runs, and who shares its results. */
const ENGINE = /^\s*(cache|executor)\s*[.=]/;

/** The configuration of an experiment that some overlays gave. */
export function configurationOf(
  experiment: Json,
  { profile, set, targets = [] }: {
    readonly profile?: string;
    readonly set: readonly string[];
    readonly targets?: readonly string[];
  },
): Configuration {
  return {
    ...(profile !== undefined && { profile }),
    settings: set.filter((one) => !ENGINE.test(one)),
    targets,
    digest: digestJson("experiment", experiment),
  };
}

/** Whether nothing was laid over the file. */
export function isPlain({ profile, settings }: Configuration): boolean {
  return profile === undefined && settings.length === 0;
}

/** Whether a person would call two configurations by the same name. */
export function sameName(one: Configuration, other: Configuration): boolean {
  return one.profile === other.profile &&
    one.settings.join("\0") === other.settings.join("\0");
}

/** What a person calls a configuration: `profile quick with table.key=3`. */
export function nameOf(
  { profile, settings }: Pick<Configuration, "profile" | "settings">,
): string {
  const set = settings.join(", ");
  if (profile === undefined) return set || "the plain configuration";
  return `profile ${profile}${set && ` with ${set}`}`;
}

/** The options of a command line that give a configuration. */
export function optionsOf(
  { profile, settings }: Pick<Configuration, "profile" | "settings">,
): string {
  return [
    ...(profile === undefined ? [] : [`--profile ${quoted(profile)}`]),
    ...settings.map((setting) => `--set ${quoted(setting)}`),
  ].join(" ");
}

/** As a shell takes it for one word. */
export function quoted(word: string): string {
  return /^[\w.,:=/+-]+$/.test(word)
    ? word
    : `'${word.replaceAll("'", `'\\''`)}'`;
}
