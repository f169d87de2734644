/** Datasets of the configuration: what is refused, and which stages stand where. */
import { deepEqual, equal } from "node:assert/strict";
import { unwrap } from "../../../pipeline/failure.ts";
import { readConfig } from "../../../pipeline/config/config.ts";
import { link } from "../../../pipeline/graph/link.ts";
import { publication } from "../../../stages/experiment/publication.ts";
import { placesOf } from "../../../stages/experiment/dataset.ts";
import { pipeline } from "../../../stages/experiment/pipeline.ts";
import { experimentSchema } from "../../../stages/experiment/schema.ts";
import { message } from "../../pipeline/config/message.ts";
import { portable } from "../../rig/networks.ts";

const path = new URL("../../../experiment.toml", import.meta.url).pathname;
const SHIPPED = Deno.readTextFileSync(path);
const SHA = "ab".repeat(32);

const FASHION = `
[datasets.fashion]
title = "Fashion-MNIST"
mirrors = ["https://fashion.example/", "data/fashion"]
train_images = { file = "train-images-idx3-ubyte.gz", bytes = 7, sha256 = "${SHA}" }
test_images = { file = "t10k-images-idx3-ubyte.gz", bytes = 8, sha256 = "${SHA}" }
`;

function experiment(text: string, ...set: string[]) {
  return readConfig({
    path,
    text: SHIPPED + text,
    schema: experimentSchema,
    set: ['training.engine="portable"', ...set],
  });
}

/** What is said of a configuration that is refused, without its first line. */
const said = (text: string, ...set: string[]) =>
  message(experiment(text, ...set)).split("\n").slice(1).join("\n")
    .replace(/^experiment\.toml:\d+:\d+: /, "");

const AXIS = 'axes."dataset.name"';

Deno.test("a dataset that there is not is refused, with the nearest one", () => {
  equal(
    said(FASHION, "dataset.name=fashoin"),
    '--set dataset.name=fashoin: there is no dataset "fashoin"; there are mnist, fashion; did you mean "fashion"?',
  );
  equal(
    said("", "dataset.name=cifar"),
    '--set dataset.name=cifar: there is no dataset "cifar"; there is mnist, and more by tables as [datasets.NAME]',
  );
  const axis = `${AXIS}=["mnist", "fashon"]`;
  equal(
    said(FASHION, axis),
    `--set ${axis}: there is no dataset "fashon"; there are mnist, fashion; did you mean "fashion"?`,
  );
});

Deno.test("a file without a digest stops a run of its data, and no other", () => {
  const open = FASHION.replace(`, bytes = 7, sha256 = "${SHA}"`, "");
  equal(
    said(open, "dataset.name=fashion"),
    "train_images of fashion has no size and SHA-256 yet; `deno task pin` fetches the files once and writes both here",
  );
  equal(experiment(open).ok, true);
});

Deno.test("tables of datasets take no name that is built in, no folder outside, no two files of one name", () => {
  equal(
    said(FASHION.replace("datasets.fashion", "datasets.mnist")),
    '"mnist" is built in, with its files and digests; give this dataset another name',
  );
  equal(
    said(FASHION.replace("data/fashion", "../fashion")),
    "allowed is a URL with http or https, or a folder inside of the project",
  );
  equal(
    said(FASHION.replace("t10k-images", "train-images")),
    "allowed is a table whose files have different names",
  );
  equal(
    said(FASHION.replace(SHA, SHA.toUpperCase())),
    "allowed is a SHA-256, 64 digits of 0-9 and a-f",
  );
});

Deno.test("a claim speaks of data that there is, and selects no other", () => {
  const claim = (data: string, holds: string) => `
[[claims]]
id = "own"
sentence = "It is so."
where = "here"
holds = '${holds}'
data = "${data}"
`;
  const small = "test.mse(lr=0.01) < 1";
  equal(
    said(FASHION + claim("fashoin", small)),
    'there is no dataset "fashoin"; there are mnist, fashion; did you mean "fashion"?',
  );
  equal(
    said(
      FASHION + claim("fashion", 'test.mse(lr=0.01, dataset="mnist") < 1'),
      `${AXIS}=["mnist", "fashion"]`,
    ),
    'it speaks of fashion, as its `data` says, and names the dataset "mnist"; leave `data` out where several are compared',
  );
  equal(experiment(FASHION + claim("fashion", small)).ok, true);
});

/** The instances of some stages, and where a network's images come from. */
function graph(...set: string[]) {
  const { config } = unwrap(experiment(FASHION, ...set));
  const { instances } = unwrap(
    link(pipeline, portable(config), () => undefined),
  );
  return {
    ids: (stage: string) =>
      instances.filter((one) => one.stage === stage).map(({ id }) => id),
    images: Object.fromEntries(
      instances.filter(({ stage }) => stage === "train").map((
        { id, links },
      ) => {
        const link = links["train-images"];
        return [id, link?.kind === "one" ? link.source.instance.id : ""];
      }),
    ),
  };
}

Deno.test("with a dataset more, what was there keeps its name, and each is fetched once", () => {
  const rates = 'axes."training.learning_rate"=[0.1, 0.01]';
  const alone = graph(rates);
  const both = graph(rates, `${AXIS}=["mnist", "fashion"]`);
  for (
    const stage of ["download", "prepare", "train", "reconstruct", "figures"]
  ) {
    const now = new Set(both.ids(stage));
    deepEqual(alone.ids(stage).filter((id) => !now.has(id)), [], stage);
  }
  deepEqual(
    both.ids("download").filter((id) => !alone.ids("download").includes(id)),
    [
      "download[file=train-images,dataset=fashion]",
      "download[file=test-images,dataset=fashion]",
    ],
  );
  deepEqual(both.ids("prepare"), ["prepare", "prepare[dataset=fashion]"]);
  deepEqual(
    both.ids("figures").filter((id) => id.includes("fashion")),
    [
      "learning-curves",
      "reconstruction-lr-0.1",
      "reconstruction-lr-0.01",
      "reconstructions",
      "denoising",
      "latent",
      "filters",
    ].map((name) => `figures[figure=${name}-dataset-fashion]`),
  );
  deepEqual(both.images, {
    "train[lr=0.1,seed=1]": "prepare",
    "train[lr=0.1,seed=1,dataset=fashion]": "prepare[dataset=fashion]",
    "train[lr=0.01,seed=1]": "prepare",
    "train[lr=0.01,seed=1,dataset=fashion]": "prepare[dataset=fashion]",
  });
});

Deno.test("the tables of docs/datasets.toml are right, and so is a paper on them", () => {
  const text = "\n" + Deno.readTextFileSync(
    new URL("../../../docs/datasets.toml", import.meta.url),
  );
  for (const name of ["fashion", "kmnist"]) {
    const { config } = unwrap(experiment(text, `dataset.name=${name}`));
    const [data] = publication(config).datasets;
    deepEqual(
      data?.files.map(({ name }) => name.split("/")[0]),
      [name, name, name, name],
    );
  }
  equal(
    experiment(text, `${AXIS}=["mnist", "fashion", "kmnist"]`).ok,
    true,
  );
});

Deno.test("networks with other numbers of validation images have other images", () => {
  const { ids, images } = graph(
    'axes."training.learning_rate"=[0.1]',
    'axes."training.validation"=[5000, 1000]',
  );
  equal(ids("download").length, 4);
  deepEqual(images, {
    "train[lr=0.1,seed=1]": "prepare",
    "train[lr=0.1,seed=1,validation=1000]": "prepare[validation=1000]",
  });
});

Deno.test("files are looked for in the place of the environment first: in a folder of the dataset, then beside MNIST's", () => {
  const source = {
    name: "fashion",
    builtIn: false,
    mirrors: ["http://a/x", "data/b"],
  };
  const here = Deno.cwd();
  deepEqual(placesOf(source, undefined), {
    mirror: null,
    mirrors: ["http://a/x", `${here}/data/b`],
  });
  deepEqual(placesOf(source, "/files"), {
    mirror: "/files/fashion",
    mirrors: ["/files", "http://a/x", `${here}/data/b`],
  });
  deepEqual(placesOf(source, "http://c/d/").mirror, "http://c/d/fashion/");
  deepEqual(placesOf({ ...source, name: "mnist", builtIn: true }, "/files"), {
    mirror: "/files",
    mirrors: ["http://a/x", `${here}/data/b`],
  });
});

Deno.test("the stage that fetches may reach the hosts and folders of its own dataset alone", () => {
  const { config } = unwrap(
    experiment(FASHION, `${AXIS}=["mnist", "fashion"]`),
  );
  const { byId } = unwrap(
    link(pipeline, portable(config), () => undefined),
  );
  const { permissions, hints } =
    byId.get("download[file=test-images,dataset=fashion]")!.declaration;
  deepEqual(permissions, {
    net: ["fashion.example"],
    read: [`${Deno.cwd()}/data/fashion`],
  });
  // Nothing stands in for it.
  equal(hints?.offline, "fail");
  deepEqual(
    byId.get("download[file=test-images]")!.declaration.permissions?.net,
    config.dataset.mirrors.map((mirror) => new URL(mirror).host),
  );
});

Deno.test("an archive names the data that was used, with the addresses of its files", () => {
  const { config } = unwrap(experiment(FASHION, "dataset.name=fashion"));
  deepEqual(publication(config).datasets, [{
    name: "Fashion-MNIST",
    description: "Fashion-MNIST",
    page: "https://fashion.example/",
    citation: "Fashion-MNIST",
    terms: "Nothing is said here of its licence",
    files: ["train", "t10k"].map((part, at) => ({
      name: `fashion/${part}-images-idx3-ubyte.gz`,
      bytes: 7 + at,
      sha256: SHA,
      urls: [`https://fashion.example/${part}-images-idx3-ubyte.gz`],
    })),
  }]);
});
