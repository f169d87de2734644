/** Data of one's own: what fits together, and what is refused. */
import { deepEqual, equal, rejects } from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { StageError } from "../../../pipeline/stage/task.ts";
import { formatIdx } from "../../../stages/formats/idx.ts";
import prepare, { type Params } from "../../../stages/prepare/stage.ts";
import { rig } from "../../rig/task.ts";

type Bytes = Uint8Array<ArrayBuffer>;
type Role = keyof Params["files"];

const images = (count: number, height = 20, width = 12): Bytes =>
  formatIdx({
    shape: [count, height, width],
    bytes: Uint8Array.from(
      { length: count * height * width },
      (_, at) => at % 251,
    ),
  });
const labels = (count: number): Bytes =>
  formatIdx({
    shape: [count],
    bytes: Uint8Array.from({ length: count }, (_, at) => at % 3),
  });

const FILES: { readonly [role in Role]?: Bytes } = {
  "train-images": images(7),
  "train-labels": labels(7),
  "test-images": images(3),
  "test-labels": labels(3),
};

/** Runs the stage over files; one that is undefined is not declared. */
async function prepared(
  changed: { readonly [role in Role]?: Bytes | undefined } = {},
  validation = 2,
) {
  const folder = await Deno.makeTempDir();
  const files = Object.entries({ ...FILES, ...changed })
    .flatMap(([role, bytes]) => bytes ? [[role, bytes] as const] : []);
  const inputs: { [name: string]: string } = {};
  for (const [role, bytes] of files) {
    inputs[`${role} file`] = `${folder}/${role}`;
    inputs[`${role} source`] = `${folder}/${role}.json`;
    await Deno.writeFile(`${folder}/${role}`, bytes);
    await Deno.writeTextFile(`${folder}/${role}.json`, '{"kind":"mirror"}');
  }
  const stage = await rig<Params>({
    params: {
      name: "boxes",
      title: "Boxes",
      files: Object.fromEntries(files.map(([role]) => [role, `${role}.idx`])),
      validation,
    },
    inputs,
  });
  try {
    await prepare(stage.task);
    return stage;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("prepare() takes height, width and numbers from the files, packed or not", async () => {
  await using stage = await prepared({
    "train-images": new Uint8Array(gzipSync(images(7))),
  });
  const { sha256: _, ...told } = stage.json("dataset");
  deepEqual(told, {
    name: "boxes",
    title: "Boxes",
    stand_in: false,
    counts: { train: 5, validation: 2, test: 3 },
    height: 20,
    width: 12,
  });
  equal(stage.bytes("train-images").length, 5 * 240);
  deepEqual(stage.bytes("test-labels"), labels(3).slice(8));
});

Deno.test("prepare() takes data without labels", async () => {
  await using stage = await prepared({
    "train-labels": undefined,
    "test-labels": undefined,
  });
  equal(stage.bytes("test-labels").length, 0);
  deepEqual(Object.keys(stage.json("dataset").sha256 as object), [
    "test-images.idx",
    "train-images.idx",
  ]);
});

/** Bytes with some of them changed. */
const but = (bytes: Bytes, changes: { readonly [at: number]: number }): Bytes =>
  bytes.map((byte, at) => changes[at] ?? byte);

/** What is refused, and what is then said was seen. */
const REFUSED: {
  readonly [what: string]: readonly [Role, Bytes, what: string, seen: RegExp];
} = {
  "a web page": [
    "train-images",
    new TextEncoder().encode("<html></html>"),
    "Cannot read train-images.idx as an IDX file",
    /^it begins with the bytes 3c68746d, and the format with two of zero$/,
  ],
  "floats": [
    "train-images",
    but(images(7), { 2: 0x0d }),
    "Cannot read train-images.idx as an IDX file",
    /^it has 32-bit floats, and only unsigned bytes are read$/,
  ],
  "labels for images": [
    "train-images",
    labels(7),
    "Cannot read train-images.idx as an IDX file",
    /^it has 1 dimension, and images of one channel have 3: number, height, width$/,
  ],
  "three channels": [
    "test-images",
    formatIdx({ shape: [1, 20, 12, 3], bytes: new Uint8Array(720) }),
    "Cannot read test-images.idx as an IDX file",
    /^it has 4 dimensions, /,
  ],
  "a truncated file": [
    "test-images",
    images(3).slice(0, 500),
    "Cannot read test-images.idx as an IDX file",
    /^its header announces 3 × 20 × 12 bytes, and 484 follow$/,
  ],
  "a truncated header": [
    "test-images",
    images(3).slice(0, 9),
    "Cannot read test-images.idx as an IDX file",
    /^it ends after 9 bytes, within its header$/,
  ],
  "an empty file": [
    "test-images",
    new Uint8Array(),
    "Cannot read test-images.idx as an IDX file",
    /^it has 0 bytes, and the format begins with four$/,
  ],
  "half a gzip file": [
    "train-labels",
    new Uint8Array(gzipSync(labels(7))).slice(0, 12),
    "Cannot unpack train-labels.idx",
    /^its 12 bytes begin as gzip does, and are not whole: /,
  ],
  "labels of other images": [
    "test-labels",
    labels(4),
    "The labels of Boxes are not those of its images",
    /^test-images.idx has 3 images, and test-labels.idx 4 labels$/,
  ],
  "test images of another size": [
    "test-images",
    images(3, 12, 20),
    "The test images of Boxes have another size than its training images",
    /^train-images.idx has 20 × 12, and test-images.idx 12 × 20$/,
  ],
};

for (const [name, [role, bytes, what, seen]] of Object.entries(REFUSED)) {
  Deno.test(`prepare() refuses ${name}`, async () => {
    await rejects(
      prepared({ [role]: bytes }),
      (error) =>
        error instanceof StageError && error.message === what &&
        seen.test(error.seen ?? ""),
    );
  });
}

Deno.test("prepare() refuses to hold out all images, and images without room for the similarity", async () => {
  await rejects(prepared({}, 7), {
    message: "Cannot hold out 7 images of Boxes for validation",
    seen: "it has 7 training images",
    hint: "lower training.validation",
  });
  await rejects(
    prepared({
      "train-images": images(7, 8, 8),
      "test-images": images(3, 8, 8),
    }),
    { message: "The images of Boxes are too small" },
  );
});
