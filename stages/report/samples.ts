/**
 * What the page shows of the networks themselves: their outputs for some digits, and
 * their weights, so that a reader can try them. Of many networks it shows some; all
 * would make the page too large to be sent or opened.
 */
import type { Task } from "../../pipeline/stage/task.ts";
import { shown } from "../figures/shown.ts";
import { DatasetSchema, ofDigits } from "../formats/dataset.ts";
import { readJson } from "../formats/json.ts";
import { fileOf } from "../formats/names.ts";
import { difference, TOLERANCE } from "./agreement.ts";
import type { Architecture, Group, Study } from "./network.ts";
import type { Params } from "./params.ts";

/** Whether the networks run in the page, and if not, because of what. */
type Playground =
  | { readonly kind: "runs" }
  /** So many bytes of weights are more than a page should have. */
  | { readonly kind: "large"; readonly bytes: number }
  /** The page's own forward pass gives something else, by so much a grey value. */
  | { readonly kind: "differs"; readonly by: number };

/** Some digits, and what some networks make of them. */
export interface Samples {
  /** The test images shown: their number, and the digit in them, or what else it is. */
  readonly digits: readonly {
    readonly index: number;
    readonly label: number | string;
  }[];
  /** Their pixels, bytes, base64. */
  readonly originals: string;
  readonly networks: readonly {
    readonly name: string;
    /** See `Group`. */
    readonly about: string;
    readonly head: string;
    readonly seed: number;
    /** For the digits, bytes, base64. */
    readonly outputs: string;
    /** Kernels and biases in the order of the layers, float32, base64; none if they do not run. */
    readonly weights: string | null;
    /** Which of the architectures it has. */
    readonly architecture: number;
  }[];
  readonly architectures: readonly Architecture[];
  /** How many groups and seeds are shown. */
  readonly shown: {
    readonly groups: number;
    /** So many groups have these images. */
    readonly of: number;
    readonly seeds: readonly number[];
  };
  readonly playground: Playground;
}

/** Groups that are shown; more would be a wall of pictures. */
const GROUPS = 12;
/** Bytes of outputs and weights. */
const BUDGET = 2_000_000;

/** Reads the samples. */
export function samples(task: Task<Params>, study: Study): Samples {
  const { numbers, originals, read } = shown(task);
  const labels = Deno.readFileSync(task.input("test-labels"));
  const digits = ofDigits(readJson(task.input("dataset"), DatasetSchema));
  const { data } = task.params;
  const pictured = study.groups.filter((group) =>
    data === undefined || group.data === data.shown
  );
  const groups = spread(pictured);
  const outputs = encoded(numbers.length * (originals[0]?.length ?? 0));
  const weights = groups.map(({ architecture }) =>
    encoded(4 * architecture.parameters)
  ).reduce((a, b) => a + b, 0);
  const small = groups.length * outputs + weights <= BUDGET;
  const each = groups.length * outputs + (small ? weights : 0);
  const seeds = study.seeds.slice(0, Math.max(1, Math.floor(BUDGET / each)));
  const taken = groups.flatMap(({ about, head, architecture, networks }) =>
    networks.filter(({ seed }) => seeds.includes(seed)).map((
      { name, seed, point },
    ) => ({
      name,
      about,
      head,
      seed,
      architecture,
      outputs: read(fileOf(point, task.inputs("reconstructions"))),
      weights: small
        ? Deno.readFileSync(fileOf(point, task.inputs("weights")))
        : null,
    }))
  );
  const playground = small
    ? trust(difference(originals, taken))
    : { kind: "large", bytes: weights } as const;
  const architectures = [
    ...new Map(taken.map(({ architecture }) => [
      JSON.stringify(architecture.chain),
      architecture,
    ])).values(),
  ];
  return {
    digits: numbers.map((index) => ({
      index,
      label: digits
        ? labels[index]!
        : labels.length > 0
        ? `picture of class ${labels[index]}`
        : "picture",
    })),
    originals: joined(originals),
    networks: taken.map(({ outputs, weights, architecture, ...named }) => ({
      ...named,
      outputs: joined(outputs),
      weights: playground.kind === "runs" ? weights!.toBase64() : null,
      architecture: architectures.findIndex(({ chain }) =>
        JSON.stringify(chain) === JSON.stringify(architecture.chain)
      ),
    })),
    architectures,
    shown: { groups: groups.length, of: pictured.length, seeds },
    playground,
  };
}

function trust(by: number): Playground {
  return by <= TOLERANCE ? { kind: "runs" } : { kind: "differs", by };
}

/** Of many groups some from the first to the last, and the best. */
function spread(groups: readonly Group[]): readonly Group[] {
  if (groups.length <= GROUPS) return groups;
  const errors = groups.map(({ networks }) => networks[0]!.test.mse);
  const best = errors.indexOf(Math.min(...errors));
  const places = Array.from(
    { length: GROUPS },
    (_, n) => Math.round(n * (groups.length - 1) / (GROUPS - 1)),
  );
  const near = places.map((place) => Math.abs(place - best));
  places[near.indexOf(Math.min(...near))] = best;
  return places.map((place) => groups[place]!); // between the first and the last
}

/** The length of so many bytes as base64. */
function encoded(bytes: number): number {
  return 4 * Math.ceil(bytes / 3);
}

function joined(images: readonly Uint8Array[]): string {
  return new Uint8Array(images.flatMap((image) => [...image])).toBase64();
}
