/**
 * The report of a run: what ran, which artifacts there are and what made them, in
 * which configuration, on which machine. It stands in the history
 * (`.store/runs/`), and as `run.json` in the folder of the artifacts beside the
 * files that it names. People can edit it, so it is read like any other foreign
 * file: what does not have the form that we write is not there.
 */
import * as v from "valibot";
import type { Json, JsonObject } from "../stage/json.ts";
import { isPathBelow } from "../stage/names.ts";
import type { Digest } from "../store/digest.ts";
import { DIGEST, readJson } from "../store/read.ts";
import { ORIGIN, type Origin } from "../store/record.ts";
import type { Configuration } from "./configuration.ts";

/** The file's name in the folder of the artifacts. */
export const RUN = "run.json";

/** One file in the folder of the artifacts. */
export interface Artifact {
  readonly digest: Digest;
  readonly size: number;
  readonly instance: string;
  readonly output: string;
}

/** One file that a run found there and left. */
export interface Earlier extends Artifact {
  /** The run that put it there. */
  readonly run: string;
}

/** What a report says of one instance. */
interface InstanceReport {
  readonly outcome: "reused" | "restored" | "built" | "failed" | "skipped";
  readonly stage: string;
  /** What it reads from, by instance. */
  readonly from: readonly string[];
  readonly fingerprint?: Digest;
  /** How long it took when it ran, in seconds, and when that was. */
  readonly seconds?: number;
  readonly made?: string;
  /** What kept its process in. */
  readonly wall?: string;
  readonly provisional?: string;
  /** Where its result comes from, if nobody made it here. */
  readonly origin?: Origin;
}

/** The report of one run. */
export interface RunReport {
  readonly run: {
    readonly id: string;
    readonly started: string;
    readonly seconds: number;
    readonly success: boolean;
    /** Whether a person ended it. */
    readonly interrupted?: boolean;
    readonly arguments: readonly string[];
  };
  readonly machine: JsonObject;
  /** Missing where an earlier version of this program wrote the report. */
  readonly configuration?: Configuration;
  /** The resolved configuration. */
  readonly experiment: Json;
  readonly instances: { readonly [instance: string]: InstanceReport };
  readonly artifacts: { readonly [path: string]: Artifact };
  /** What an incomplete run found in the folder and left; missing as above. */
  readonly earlier?: { readonly [path: string]: Earlier };
}

const PATH = v.pipe(v.string(), v.check(isPathBelow));
const FILE = {
  digest: DIGEST,
  size: v.pipe(v.number(), v.safeInteger()),
  instance: v.string(),
  output: v.string(),
};

/** What a report must be for the rest to be believed. */
const REPORT = v.object({
  run: v.object({
    // It names a file of the history.
    id: v.pipe(v.string(), v.regex(/^[\w-]+$/)),
    started: v.string(),
    seconds: v.number(),
    success: v.boolean(),
    interrupted: v.optional(v.boolean()),
    arguments: v.array(v.string()),
  }),
  machine: v.record(v.string(), v.unknown()),
  configuration: v.optional(v.object({
    profile: v.optional(v.string()),
    settings: v.array(v.string()),
    targets: v.array(v.string()),
    digest: DIGEST,
  })),
  experiment: v.unknown(),
  instances: v.record(
    v.string(),
    v.object({
      outcome: v.picklist([
        "reused",
        "restored",
        "built",
        "failed",
        "skipped",
      ]),
      stage: v.string(),
      from: v.array(v.string()),
      fingerprint: v.optional(DIGEST),
      seconds: v.optional(v.number()),
      made: v.optional(v.string()),
      wall: v.optional(v.string()),
      provisional: v.optional(v.string()),
      origin: v.optional(ORIGIN),
    }),
  ),
  artifacts: v.record(PATH, v.object(FILE)),
  earlier: v.optional(
    v.record(PATH, v.object({ ...FILE, run: v.string() })),
  ),
});

/** What a report says, if it can be read. */
export function readReport(path: string): RunReport | undefined {
  try {
    return readJson(path, REPORT) as RunReport | undefined;
  } catch (error) {
    // What may not be read says nothing.
    if (error instanceof Deno.errors.PermissionDenied) return;
    if ((error as NodeJS.ErrnoException).code === "EACCES") return;
    throw error;
  }
}
