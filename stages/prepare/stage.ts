/**
 * Unpacks a dataset's files into plain bytes and splits off the validation images.
 * Height, width and numbers of images are what the files say. Without the files of
 * MNIST it draws the stand-in, and says so.
 */
import { createHash } from "node:crypto";
import { canonicalPretty } from "../../pipeline/stage/json.ts";
import { StageError, type Task } from "../../pipeline/stage/task.ts";
import type { Dataset } from "../formats/dataset.ts";
import { formatIdx, type Idx } from "../formats/idx.ts";
import type { Size } from "../formats/images.ts";
import { readJson } from "../formats/json.ts";
import type { Role } from "../formats/mnist.ts";
import { readPacked } from "../formats/packed.ts";
import { SourceSchema } from "../formats/source.ts";
import { syntheticDigits } from "./digit.ts";

/** A type, not an interface: it is JSON. */
export type Params = {
  readonly name: string;
  /** As sentences say it. */
  readonly title: string;
  /** The files' names; a dataset may be without labels. */
  readonly files: Files;
  /** The first so many training images are held out for validation. */
  readonly validation: number;
};

/** The names of a dataset's files, in the order in which they are told. */
type Files = { readonly [role in Role]?: string };

/** The files' contents and what identifies them. */
interface Contents {
  readonly name: string;
  readonly title?: string;
  readonly stand_in: boolean;
  readonly train: Split;
  readonly test: Split;
  /** SHA-256 by file name: of the file as it was fetched, or of a drawn one, which never was packed. */
  readonly sha256: { readonly [name: string]: string };
}

/** Images, and their labels if there are any. */
interface Split {
  readonly images: Idx;
  readonly labels: Idx | undefined;
}

/** The window of the structural similarity does not fit into less. */
const SMALLEST = 11;

/**
 * Writes `train-images`, `validation-images`, `test-images`, `test-labels` (empty
 * if there are none), and `dataset`: what they are.
 */
export default async function prepare(task: Task<Params>): Promise<void> {
  const missing = unavailable(task);
  if (missing.length > 0) {
    task.remark(
      `stand-in data, not ${task.params.title}: digits are drawn, because ${
        missing.map((role) => unpacked(task.params.files[role] ?? role))
          .join(", ")
      } could not be had`,
    );
  }
  const { train, test, ...told } = missing.length > 0
    ? draw(task.params.files)
    : await unpack(task);
  const { height, width } = sizeOf(train.images);
  const { bytes } = train.images;
  const { validation } = task.params;
  const left = count(train.images) - validation;
  if (left < 1) {
    throw new StageError(
      `Cannot hold out ${validation} images of ${task.params.title} for validation`,
      `it has ${count(train.images)} training images`,
      "lower training.validation",
    );
  }
  const held = validation * height * width;
  const write = (output: string, bytes: Uint8Array) =>
    Deno.writeFile(task.output(output), bytes);
  await write("validation-images", bytes.subarray(0, held));
  await write("train-images", bytes.subarray(held));
  await write("test-images", test.images.bytes);
  await write("test-labels", test.labels?.bytes ?? new Uint8Array());
  await Deno.writeTextFile(
    task.output("dataset"),
    canonicalPretty(
      {
        ...told,
        counts: { train: left, validation, test: count(test.images) },
        height,
        width,
      } satisfies Dataset,
    ),
  );
}

/** The files that no mirror gave. Each is an input `ROLE file`, beside it `ROLE source`. */
function unavailable({ params, input }: Task<Params>): Role[] {
  return (Object.keys(params.files) as Role[]).filter((role) =>
    readJson(input(`${role} source`), SourceSchema).kind === "unavailable"
  );
}

async function unpack(task: Task<Params>): Promise<Contents> {
  const { files, name, title } = task.params;
  const sha256: { [name: string]: string } = {};
  const parse = async (role: Role): Promise<Idx | undefined> => {
    const file = files[role];
    if (file === undefined) return undefined;
    const bytes = await Deno.readFile(task.input(`${role} file`));
    sha256[file] = digest(bytes);
    return await readPacked(file, bytes, role.endsWith("images") ? 3 : 1);
  };
  const split = async (part: "train" | "test"): Promise<Split> => {
    const images = (await parse(`${part}-images`))!; // the schema wants them
    const labels = await parse(`${part}-labels`);
    if (labels && count(labels) !== count(images)) {
      throw new StageError(
        `The labels of ${title} are not those of its images`,
        `${files[`${part}-images`]} has ${count(images)} images, and ${
          files[`${part}-labels`]
        } ${count(labels)} labels`,
        `name files that belong together in [datasets.${name}]`,
      );
    }
    return { images, labels };
  };
  const train = await split("train");
  const test = await split("test");
  const [of, other] = [train, test].map(({ images }) => sizeOf(images));
  if (of!.height !== other!.height || of!.width !== other!.width) {
    throw new StageError(
      `The test images of ${title} have another size than its training images`,
      `${files["train-images"]} has ${text(of!)}, and ${files["test-images"]} ${
        text(other!)
      }`,
      `name files that belong together in [datasets.${name}]`,
    );
  }
  if (Math.min(of!.height, of!.width) < SMALLEST) {
    throw new StageError(
      `The images of ${title} are too small`,
      `they have ${
        text(of!)
      } pixels, and the structural similarity looks at windows of ${SMALLEST} × ${SMALLEST}`,
      "pad them, or choose another dataset.name",
    );
  }
  return {
    name,
    ...(name !== "mnist" && { title }),
    stand_in: false,
    train,
    test,
    sha256,
  };
}

function text({ height, width }: Size): string {
  return `${height} × ${width}`;
}

/** The name of a file without the ending of its packed form. */
function unpacked(file: string): string {
  return file.replace(/\.gz$/, "");
}

function count({ shape }: Idx): number {
  return shape[0]!; // parseIdx gives one at least
}

function sizeOf({ shape }: Idx): Size {
  const [, height, width] = shape;
  return { height: height!, width: width! }; // of images there are three
}

/** As many pictures as MNIST has, so that nothing else need differ. */
function draw(files: Files): Contents {
  const train = syntheticDigits(60_000, "glyphs train");
  const test = syntheticDigits(10_000, "glyphs test");
  const drawn: { readonly [role in Role]: Idx } = {
    "train-images": train.images,
    "train-labels": train.labels,
    "test-images": test.images,
    "test-labels": test.labels,
  };
  const sha256: { [name: string]: string } = {};
  for (const [role, file] of Object.entries(files)) {
    sha256[unpacked(file)] = digest(formatIdx(drawn[role as Role]));
  }
  return {
    name: "glyphs",
    stand_in: true,
    train,
    test,
    sha256,
  };
}

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
