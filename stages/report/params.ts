/** The parameters of the stage `report`: what the page says beside its inputs. */
import type { JsonObject } from "../../pipeline/stage/json.ts";
import type { Band } from "../figures/loss-axis.ts";
import type { Study } from "../formats/study.ts";
import type { GraphStage } from "./graph.ts";

/** The parameters of the stage `report`. */
export interface Params {
  /** Of the table `[paper]` of the configuration. */
  readonly paper: {
    readonly title: string;
    readonly author: string;
    readonly venue: string;
    readonly year: number;
    /** When the reproduction was. */
    readonly released?: number;
    readonly version: string;
    readonly license: string;
    readonly abstract: string;
    readonly repository?: string;
  };
  /** The tables `[[authors]]`, of which there is one at least. */
  readonly authors: readonly (
    | { readonly name: string }
    | { readonly given: string; readonly family: string }
  )[];
  readonly study: Study;
  readonly graph: readonly GraphStage[];
  /** Versions by name. */
  readonly environment: { readonly deno: string } & {
    readonly [name: string]: string;
  };
  /** The resolved configuration. */
  readonly settings: JsonObject & {
    readonly training: JsonObject & { readonly images: "all" | number };
    readonly figures: {
      readonly learning_curves: {
        readonly scale: "log" | "linear";
      };
    };
  };
  /** In which the paper finds the loss of a learning rate. */
  readonly band: Band | null;
  /** Where networks are of several datasets: all of them, and the one whose images are shown. */
  readonly data?: {
    readonly shown: string;
    readonly all: readonly { readonly name: string; readonly title: string }[];
  };
  /** Numbers of the test images shown; null takes the first of each class. */
  readonly images: readonly number[] | null;
}
