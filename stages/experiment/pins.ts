/** The files that `[datasets.NAME]` names, for the command that fetches them once and writes down what they are. */
import * as v from "valibot";
import { StageError } from "../../pipeline/stage/task.ts";
import { first } from "../download/first.ts";
import { readPacked } from "../formats/packed.ts";
import { placesOf } from "./dataset.ts";
import { datasets, KEYS } from "./datasets.ts";

/** A file, and how to look what it is. */
interface File {
  readonly keys: readonly string[];
  readonly group: string;
  readonly title: string;
  readonly pinned: { readonly bytes?: number; readonly sha256?: string };
  readonly look: (environment: Environment) => Promise<Looked>;
}

type Environment = (name: string) => string | undefined;

/** What a file is. */
type Looked =
  | {
    readonly ok: true;
    readonly value: {
      readonly bytes: number;
      readonly sha256: string;
      readonly from: string;
      readonly note: string;
    };
  }
  | Refused;

/** What could not be done, in the words of a message. */
interface Refused {
  readonly ok: false;
  readonly failure: {
    readonly kind: "pins";
    readonly what: string;
    readonly seen?: string;
    readonly hint?: string;
  };
}

/** All files of all datasets of a configuration, in its order. */
export function named(
  table: { readonly [key: string]: unknown },
): { readonly ok: true; readonly value: readonly File[] } | Refused {
  const found = v.safeParse(v.optional(datasets, {}), table.datasets);
  if (!found.success) {
    const [issue] = found.issues;
    return failed({
      what: "Cannot read the datasets of experiment.toml",
      seen: `datasets.${
        v.getDotPath(issue) ?? ""
      }: allowed is ${issue.message}`,
    });
  }
  const files = Object.entries(found.output).flatMap(([group, dataset]) =>
    KEYS.flatMap((key): File[] => {
      const one = dataset[key];
      if (!one) return [];
      const { file: name, ...pinned } = one;
      const { mirrors } = dataset;
      return [{
        keys: ["datasets", group, key],
        group,
        title: `${group}.${key}`,
        pinned,
        look: (environment) => look({ group, key, name, mirrors }, environment),
      }];
    })
  );
  return { ok: true, value: files };
}

async function look(
  { group, key, name, mirrors: declared }: {
    readonly group: string;
    readonly key: typeof KEYS[number];
    readonly name: string;
    readonly mirrors: readonly string[];
  },
  environment: Environment,
): Promise<Looked> {
  const { mirror, mirrors } = placesOf(
    { name: group, builtIn: false, mirrors: declared },
    environment("DATASET_MIRROR"),
  );
  const found = await first(name, [mirror ?? [], ...mirrors].flat());
  if ("story" in found) {
    return failed({
      what: `Cannot get ${name} of ${group}`,
      seen: found.story || "no mirror is named",
      hint:
        `correct the mirrors of [datasets.${group}], or set DATASET_MIRROR to a folder or URL that has the file`,
    });
  }
  const { bytes, sha256, from } = found;
  try {
    const images = key.endsWith("images");
    const { shape: [count, height, width] } = await readPacked(
      from,
      bytes,
      images ? 3 : 1,
    );
    return {
      ok: true,
      value: {
        bytes: bytes.length,
        sha256,
        from,
        note: images
          ? `${count} images of ${height} × ${width}`
          : `${count} labels`,
      },
    };
  } catch (error) {
    if (!(error instanceof StageError)) throw error;
    return failed(error);
  }
}

function failed(
  { what, seen, hint }:
    & Pick<StageError, "what">
    & Partial<Pick<StageError, "seen" | "hint">>,
): Refused {
  return {
    ok: false,
    failure: {
      kind: "pins",
      what,
      ...(seen !== undefined && { seen }),
      ...(hint !== undefined && { hint }),
    },
  };
}
