/** Small datasets in IDX files, as a scientist may have them: bright boxes whose place says their class. */
import { gzipSync } from "node:zlib";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatIdx, type Idx } from "../../stages/formats/idx.ts";
import { stream } from "../../stages/random/stream.ts";

/** What a dataset is like. */
export interface Kind {
  readonly height: number;
  readonly width: number;
  readonly train: number;
  readonly test: number;
  /** Without any, there are no labels. */
  readonly classes?: number;
  readonly packed?: boolean;
}

/** Files by name, as a mirror has them. */
export type Files = { readonly [name: string]: Uint8Array };

/** The files of a dataset. */
export function filesOf(kind: Kind): Files {
  const { classes, packed = false } = kind;
  const ending = packed ? ".gz" : "";
  const written = (idx: Idx) =>
    packed ? new Uint8Array(gzipSync(formatIdx(idx))) : formatIdx(idx);
  return Object.fromEntries(
    (["train", "test"] as const).flatMap((split) => {
      const { images, labels } = drawn(kind, split);
      return [
        [`${split}-images${ending}`, written(images)],
        ...(classes ? [[`${split}-labels${ending}`, written(labels)]] : []),
      ];
    }),
  );
}

/** Images and labels of one split. */
export function drawn(
  { height, width, classes = 1, ...counts }: Kind,
  split: "train" | "validation" | "test",
): { readonly images: Idx; readonly labels: Idx } {
  const count = split === "test" ? counts.test : counts.train;
  const { below } = stream(1, `${split} of ${height} × ${width}`);
  const bytes = new Uint8Array(count * height * width);
  const labels = new Uint8Array(count);
  for (let at = 0; at < count; at++) {
    // Labels need not begin at 0 or be without gaps.
    const label = below(Math.max(1, classes));
    labels[at] = 2 * label + 1;
    const top = Math.floor(label * height / (classes + 1)) + below(3);
    const left = below(Math.floor(width / 2));
    for (let y = top; y < Math.min(height, top + height / 3); y++) {
      for (let x = left; x < left + width / 3; x++) {
        bytes[(at * height + y) * width + x] = 150 + below(100);
      }
    }
  }
  return {
    images: { shape: [count, height, width], bytes },
    labels: { shape: [count], bytes: labels },
  };
}

/** Puts files into a folder. */
export function put(folder: string, files: Files): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) {
    writeFileSync(join(folder, name), bytes);
  }
}

/** The table `[datasets.NAME]` of such files, with sizes and digests or to be pinned. */
export function tableOf(
  name: string,
  files: Files,
  { mirrors, digests = {} }: {
    readonly mirrors: readonly string[];
    readonly digests?: { readonly [file: string]: string };
  },
): string {
  return [
    `[datasets.${name}]`,
    `mirrors = ${JSON.stringify(mirrors)}`,
    ...Object.entries(files).map(([file, bytes]) => {
      const key = file.replace(".gz", "").replace("-", "_");
      const sha256 = digests[file];
      return `${key} = { file = "${file}"${
        sha256 === undefined
          ? ""
          : `, bytes = ${bytes.length}, sha256 = "${sha256}"`
      } }`;
    }),
    "",
  ].join("\n");
}
