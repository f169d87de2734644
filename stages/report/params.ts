/** What the report is told beside its inputs. */
import type { Json, JsonObject } from "../../pipeline/stage/json.ts";

/** A stage of the pipeline, as the picture of the graph shows it. */
export interface GraphStage {
  readonly [key: string]: Json;
  readonly stage: string;
  readonly title: string;
  readonly instances: number;
  /** The stages that it reads from. */
  readonly inputs: readonly string[];
}

/** Parameters of the stage `report`. */
export interface Params {
  readonly [key: string]: Json;
  /** The table `[paper]` of the configuration. */
  readonly paper: JsonObject;
  /** The tables `[[authors]]`. */
  readonly authors: readonly JsonObject[];
  readonly graph: readonly GraphStage[];
  /** Versions by name. */
  readonly environment: JsonObject;
  /** The resolved configuration. */
  readonly settings: JsonObject;
  /** Numbers of the test images shown; null takes the first of each digit. */
  readonly images: readonly number[] | null;
}
