/**
 * Two datasets of one's own, from a server and from nothing to an archive: pinned,
 * an axis, figures for each, claims on the data of which they speak.
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { inspect } from "../../pipeline/archive/inspection.ts";
import { readJson } from "../../stages/formats/json.ts";
import { ClaimsSchema } from "../../stages/formats/claims.ts";
import { MetricsSchema } from "../../stages/formats/metrics.ts";
import * as judge from "../../stages/experiment/judge.ts";
import { unpack } from "../pipeline/archive/tampering.ts";
import { Copy } from "./copy.ts";
import { type Files, filesOf, put, tableOf } from "../rig/idx.ts";

const BOXES = filesOf({
  height: 20,
  width: 12,
  train: 200,
  test: 40,
  classes: 5,
  packed: true,
});
const SQUARES = filesOf({ height: 32, width: 32, train: 120, test: 24 });

/** Serves files by their paths on loopback; what it was asked for, in order. */
function served(folders: { readonly [name: string]: Files }) {
  const asked: string[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => {
      const path = new URL(request.url).pathname.slice(1);
      asked.push(path);
      const [folder = "", name = ""] = path.split("/");
      const bytes = folders[folder]?.[name];
      return bytes
        ? new Response(Uint8Array.from(bytes))
        : new Response("no", { status: 404 });
    },
  );
  return {
    asked,
    url: (folder: string) => `http://127.0.0.1:${server.addr.port}/${folder}/`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** The shipped experiment on other data: one rate, an epoch, and claims of each kind. */
function changed(toml: string, tables: string): string {
  const claims = toml.indexOf("[[claims]]");
  const rest = toml.indexOf("[sandbox]");
  const replaced: [was: RegExp, now: string][] = [
    [/^name = "mnist"$/m, 'name = "boxes"'],
    [/^epochs = 10$/m, "epochs = 1"],
    [/^batch_size = 64\n# "all"/m, 'batch_size = 8\n# "all"'],
    [/^validation = 5000$/m, "validation = 24"],
    [/^images = 2000$/m, "images = 20"],
    [/^engine = "auto"$/m, 'engine = "portable"'],
    [/^"training.learning_rate" = .*$/m, '"training.learning_rate" = [0.01]'],
    [/^"training.seed" = \[1\]$/m, '"dataset.name" = ["boxes", "squares"]'],
  ];
  return replaced.reduce((text, [was, now]) => {
    match(text, was);
    return text.replace(was, now);
  }, toml.slice(0, claims) + CLAIMS + tables + toml.slice(rest));
}

const claim = (id: string, holds: string, data?: string) =>
  `[[claims]]
id = "${id}"
sentence = "It is so."
where = "here"
holds = '${holds}'
${data === undefined ? "" : `data = "${data}"\n`}
`;

const CLAIMS = [
  claim("usual", "test.mse(lr=0.01) < 1", "boxes"),
  claim("other", "test.mse(lr=0.01) < 1", "squares"),
  claim("both", 'test.mse(lr=0.01, dataset="squares") < 1'),
].join("");

Deno.test("data of one's own: pinned, an axis, figures for each, claims on its own, an archive", async (t) => {
  await using server = served({ boxes: BOXES, squares: SQUARES });
  using copy = new Copy("paper", {});
  const write = (name: string, text: string) =>
    writeFileSync(copy.path(name), text);
  write("LICENSE", "Do what you like.\n");
  const tables = [
    tableOf("boxes", BOXES, { mirrors: [server.url("boxes")] }),
    tableOf("squares", SQUARES, { mirrors: [server.url("squares")] }),
  ].join("\n");
  write("experiment.toml", changed(copy.read("experiment.toml"), tables));

  await t.step(
    "a run without digests says which command finds them",
    async () => {
      const { code, err } = await copy.task("reproduce");
      equal(code, 2);
      match(
        err,
        /train_images, train_labels, test_images, test_labels of boxes have no size and SHA-256 yet; `deno task pin`/,
      );
    },
  );

  await t.step("pin writes them, and changes nothing else", async () => {
    const before = copy.read("experiment.toml");
    const { code, out, err } = await copy.task("pin");
    equal(code, 0, err);
    match(
      out,
      /^pinned {3}boxes\.train_images: 200 images of 20 × 12, \d+ bytes, from http/,
    );
    match(out, /\nexperiment\.toml has 6 new digests; /);
    const now = copy.read("experiment.toml");
    equal(
      now.replaceAll(/, bytes = \d+, sha256 = "[0-9a-f]{64}"/g, ""),
      before,
    );
    equal((await copy.task("pin")).code, 0);
    equal(copy.read("experiment.toml"), now);
  });

  await t.step(
    "pin keeps a digest that is there, until it is forced",
    async () => {
      const now = copy.read("experiment.toml");
      write(
        "experiment.toml",
        now.replace(
          /bytes = \d+, sha256 = "[0-9a-f]{64}"/,
          `sha256 = "${"0".repeat(64)}"`,
        ),
      );
      const refused = await copy.task("pin", "boxes");
      equal(refused.code, 2);
      match(
        refused.err,
        /^error: The file of boxes\.train_images is another than was pinned\n {2}\| expected SHA-256 0{64}, found [0-9a-f]{64}\n/,
      );
      equal((await copy.task("pin", "boxes", "--force")).code, 0);
      match(
        copy.read("experiment.toml"),
        /sha256 = "[0-9a-f]{64}", bytes = \d+ }/,
      );
      write("experiment.toml", now);
    },
  );

  await t.step(
    "pin writes nothing where a file is no IDX file, or cannot be had",
    async () => {
      const now = copy.read("experiment.toml");
      const page = {
        "train-images": new TextEncoder().encode("<html></html>"),
      };
      put(copy.path("data/page"), { ...SQUARES, ...page });
      write(
        "experiment.toml",
        now + "\n" + tableOf("page", SQUARES, { mirrors: ["data/page"] }),
      );
      const refused = await copy.task("pin", "page");
      equal(refused.code, 2);
      match(
        refused.err,
        /^error: Cannot read .*\/data\/page\/train-images as an IDX file\n {2}\| it begins with the bytes 3c68746d, /,
      );
      write(
        "experiment.toml",
        now + "\n" +
          tableOf("page", SQUARES, { mirrors: [server.url("nowhere")] }),
      );
      const missing = await copy.task("pin", "page");
      equal(missing.code, 2);
      match(
        missing.err,
        /^error: Cannot get train-images of page\n {2}\| (?:.*; )?http:\/\/127\.0\.0\.1:\d+\/nowhere\/: answers 404 Not Found\n {2}hint: correct the mirrors of \[datasets\.page\]/,
      );
      equal((await copy.task("pin", "pag")).code, 2);
      write("experiment.toml", now);
    },
  );

  await t.step(
    "another file than the pinned one is refused, with both digests",
    async () => {
      const now = copy.read("experiment.toml");
      write(
        "experiment.toml",
        now.replace(
          /(boxes\]\n.*\n.*sha256 = ")[0-9a-f]{64}/,
          `$1${"0".repeat(64)}`,
        ),
      );
      const { code, out } = await copy.task(
        "reproduce",
        "download[file=train-images]",
      );
      equal(code, 1);
      match(
        out.replaceAll(/\s+/g, " "),
        /Cannot get train-images\.gz .*expected SHA-256 0{64} \(\d+ bytes\), found [0-9a-f]{64} .*correct the mirrors of \[datasets\.boxes\]/,
      );
      write("experiment.toml", now);
    },
  );

  await t.step("everything is made, each file fetched once", async () => {
    server.asked.length = 0;
    const { code, out, err } = await copy.task("reproduce");
    equal(code, 0, out + err);
    deepEqual(
      server.asked.toSorted(),
      [
        ...Object.keys(BOXES).map((name) => `boxes/${name}`),
        ...Object.keys(SQUARES).map((name) => `squares/${name}`),
      ].toSorted(),
    );
    const metrics = readJson(
      copy.path("artifacts/metrics.json"),
      MetricsSchema,
    );
    deepEqual(Object.keys(metrics.models), [
      "lr-0.01",
      "lr-0.01-dataset-squares",
    ]);
    deepEqual(
      Object.entries(metrics.datasets ?? {}).map((
        [key, { name }],
      ) => [key, name]),
      [["boxes", "boxes"], ["squares", "squares"]],
    );
    const claims = readJson(copy.path("artifacts/claims.json"), ClaimsSchema);
    const [usual, other, both] = claims.map(({ verdict, evidence }) => ({
      verdict,
      value: Object.values(evidence.seeds[1]?.values ?? {})[0],
    }));
    const mse = (name: string) =>
      Number(metrics.models[name]?.test.mse.toPrecision(6));
    deepEqual(usual, { verdict: "holds", value: mse("lr-0.01") });
    deepEqual(other, {
      verdict: "holds",
      value: mse("lr-0.01-dataset-squares"),
    });
    deepEqual(both, other);
  });

  await t.step("figures and report say of which data they are", () => {
    const caption = (name: string) =>
      copy.read(`artifacts/figures/${name}.tex`);
    match(
      caption("reconstructions"),
      /the first test image of each class.* Data: boxes\./,
    );
    match(
      caption("reconstructions-dataset-squares"),
      /the first 10 test images.* Data: squares\./,
    );
    match(
      caption("learning-curves-dataset-squares"),
      /includegraphics\[width=\\textwidth\]\{figures\/learning-curves-dataset-squares\.pdf\}/,
    );
    const report = copy.read("artifacts/report.html");
    match(
      report,
      /Data: boxes and squares\. Of boxes: 176 images for training/,
    );
    match(report, /They are of boxes; for squares, figures\/ has them\./);
    match(report, /Of squares: Mean squared error to the clean image/);
  });

  await t.step("the archive of it passes its own checks", async () => {
    for (const command of ["publish", "archive"]) {
      const { code, out, err } = await copy.task(command);
      equal(code, 0, `${command}: ${out}${err}`);
    }
    const folder = copy.path("unpacked");
    mkdirSync(folder);
    unpack(copy.path("facsimile-1.0.0.zip"), folder);
    const { levels } = inspect(folder, judge, 2);
    deepEqual(
      levels.map(({ answer, findings }) => [answer, ...findings]),
      [["yes"], ["yes"], ["yes"]],
    );
  });

  await t.step(
    "images that cannot be halved as often as they are pooled are refused",
    async () => {
      const odd = filesOf({ height: 27, width: 28, train: 60, test: 20 });
      put(copy.path("data/odd"), odd);
      write(
        "experiment.toml",
        copy.read("experiment.toml") + "\n" +
          tableOf("odd", odd, { mirrors: ["data/odd"] }),
      );
      equal((await copy.task("pin", "odd")).code, 0);
      const { code, out } = await copy.task(
        "reproduce",
        "train",
        "--set",
        'axes."dataset.name"=["odd"]',
      );
      equal(code, 1);
      match(
        out,
        /The network cannot take images of 27 × 28\s.*network\.encoder halves them 2 times, so height and width must be multiples of\s+4.*crop the dataset's images to 24 × 28 or pad them to 28 × 28/s,
      );
    },
  );
});
