/**
 * The datasets of an experiment: MNIST, whose files are built in, and those of the
 * tables `[datasets.NAME]`, which give mirrors, files, sizes and digests.
 */
import * as v from "valibot";
import { nearest } from "../../pipeline/stage/spelling.ts";
import { FILES, type Role, TITLE } from "../formats/mnist.ts";
import { count, place, table, text } from "../paper/value.ts";

/** A name that paths, points and claims can say. */
export const datasetName = v.pipe(
  text,
  v.regex(
    /^[a-z][a-z0-9_]{0,30}$/,
    "the name of a dataset: lower case letters, digits and underscores",
  ),
);

const file = table({
  /** Its name at every mirror, packed by gzip or not. */
  file: v.pipe(
    text,
    v.regex(/^[^/\\]*[^/\\.][^/\\]*$/, "the name of a file, without folders"),
  ),
  bytes: v.exactOptional(count(1, 2 ** 40)),
  sha256: v.exactOptional(v.pipe(
    text,
    v.regex(/^[0-9a-f]{64}$/, "a SHA-256, 64 digits of 0-9 and a-f"),
  )),
});

const declared = v.pipe(
  table({
    /** As sentences say it; without it, the name. */
    title: v.exactOptional(text),
    /** URLs, or folders of the project, in which all files are. */
    mirrors: v.optional(v.array(place, "a list of URLs and folders"), []),
    train_images: file,
    train_labels: v.exactOptional(file),
    test_images: file,
    test_labels: v.exactOptional(file),
    /** What an archive says of it. */
    description: v.exactOptional(text),
    page: v.exactOptional(text),
    citation: v.exactOptional(text),
    terms: v.exactOptional(text),
    license: v.exactOptional(text),
  }),
  v.check(
    (one) => {
      const names = KEYS.flatMap((key) => one[key]?.file ?? []);
      return new Set(names).size === names.length;
    },
    "a table whose files have different names",
  ),
);

/** The keys of a dataset's files, and what each holds. */
const ROLES = {
  train_images: "train-images",
  train_labels: "train-labels",
  test_images: "test-images",
  test_labels: "test-labels",
} as const satisfies { readonly [key: string]: Role };
export const KEYS = Object.keys(ROLES) as readonly (keyof typeof ROLES)[]; // its own

/** `[datasets]`. */
export const datasets = v.record(
  datasetName,
  declared,
  "a table of datasets",
);

/** The tables that say of datasets. */
interface Tables {
  readonly dataset: { readonly mirrors: readonly string[] };
  readonly datasets: { readonly [name: string]: Declared };
}

type Declared = v.InferOutput<typeof declared>;

/** A file that is accepted by its digest. */
export interface Pinned {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** A dataset that a network is of. */
export interface Source {
  readonly name: string;
  readonly title: string;
  /** Whether its files are built in, and digits may be drawn in their place. */
  readonly builtIn: boolean;
  readonly mirrors: readonly string[];
  readonly files: { readonly [role in Role]?: Pinned };
  /** What its table says of it. */
  readonly declared?: Declared;
}

/** Datasets that need no table. */
const BUILT_IN: readonly string[] = ["mnist"];

/** Names that a table cannot give: of those, and of what stands in for one. */
export const TAKEN: readonly string[] = [...BUILT_IN, "glyphs"];

/** A dataset by its name, which must be known. */
export function sourceOf(
  { dataset, datasets }: Tables,
  name: string,
): Source {
  if (BUILT_IN.includes(name)) {
    return {
      name,
      title: TITLE,
      builtIn: true,
      mirrors: dataset.mirrors,
      files: FILES,
    };
  }
  const declared = datasets[name];
  if (!declared) throw new Error(`No dataset ${name}`);
  return {
    name,
    title: declared.title ?? name,
    builtIn: false,
    mirrors: declared.mirrors,
    files: Object.fromEntries(KEYS.flatMap((key) => {
      const one = declared[key];
      return one?.bytes === undefined || one.sha256 === undefined ? [] : [[
        ROLES[key],
        { name: one.file, bytes: one.bytes, sha256: one.sha256 },
      ]];
    })),
    declared,
  };
}

/** What is wrong with a name that is no dataset's. */
export function unknownData(
  { datasets }: Pick<Tables, "datasets">,
  name: string,
): string | undefined {
  const known = [...BUILT_IN, ...Object.keys(datasets)];
  if (known.includes(name)) return undefined;
  const near = nearest(name, known);
  return `there is no dataset "${name}"; there ${
    known.length === 1 ? "is" : "are"
  } ${known.join(", ")}` +
    (near === undefined
      ? `, and more by tables as [datasets.NAME]`
      : `; did you mean "${near}"?`);
}
