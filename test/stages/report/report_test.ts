import assert from "node:assert/strict";
import { gather } from "../../../stages/report/curve.ts";
import { embedded, html } from "../../../stages/report/html.ts";
import { bibtex, reference } from "../../../stages/report/citation.ts";
import { fitted } from "../../../stages/report/client/fit.js";
import { readConfig } from "../../../pipeline/config/config.ts";
import { unwrap } from "../../../pipeline/failure.ts";
import { pipeline } from "../../../stages/experiment/pipeline.ts";
import { experimentSchema } from "../../../stages/experiment/schema.ts";
import { portable } from "../../rig/networks.ts";
import { fixture } from "./fixture.ts";

Deno.test("report() gives the same bytes twice", async () => {
  await using made = await fixture();
  assert.deepEqual(await made.render(), await made.render());
});

Deno.test("report() stays below 1 MB with long curves and several seeds", async () => {
  await using made = await fixture({ seeds: [1, 2, 3], steps: 8600 });
  const page = await made.render();
  assert(page.length < 1_000_000, `${page.length} bytes`);
});

Deno.test("report() says first how many claims hold", async () => {
  await using made = await fixture();
  const page = new TextDecoder().decode(await made.render());
  assert.match(page, /<strong>1 of 3<\/strong>\s*claims hold/);
  assert.doesNotMatch(page, /Stand-in data/);
});

Deno.test("report() is loud about stand-in data", async () => {
  await using made = await fixture({ standIn: true });
  const page = new TextDecoder().decode(await made.render());
  assert.match(
    page,
    /<div class="banner"\s+role="note">\s*<strong>Stand-in data, not MNIST/,
  );
});

Deno.test("report() carries the licence of the library that draws its chart", async () => {
  await using made = await fixture();
  const page = new TextDecoder().decode(await made.render());
  const licence = await Deno.readTextFile(
    new URL("../../../node_modules/uplot/LICENSE", import.meta.url),
  );
  assert(page.includes(licence));
});

Deno.test("the report's picture of the pipeline has every stage, also the report", () => {
  const { config } = unwrap(
    readConfig({
      path: new URL("../../../experiment.toml", import.meta.url).pathname,
      schema: experimentSchema,
    }),
  );
  const stage = pipeline.stages.find(({ name }) => name === "report")!;
  const { params } = stage.at(portable(config), {}, {});
  const { graph } = params as { graph: { stage: string; inputs: string[] }[] };
  assert.deepEqual(
    graph.map(({ stage }) => stage),
    pipeline.stages.map(({ name }) => name),
  );
  const known = new Set<string>();
  for (const { stage, inputs } of graph) {
    assert(inputs.every((input) => known.has(input)), stage);
    known.add(stage);
  }
});

Deno.test("report() names SHA-256 of the inputs as sha256sum does", async () => {
  await using made = await fixture();
  const page = new TextDecoder().decode(await made.render());
  const metrics = await crypto.subtle.digest(
    "SHA-256",
    await Deno.readFile(`${made.folder}/metrics.json`),
  );
  assert(page.includes(new Uint8Array(metrics).toHex()));
});

Deno.test("gather() keeps the extremes of the steps in every bucket", () => {
  const steps = Array.from({ length: 1000 }, (_, step) => step === 500 ? 9 : 1);
  const epochs = [{ epoch: 1, train_loss: 1, validation_loss: 2 }];
  const curve = gather(
    [1, 2].map((seed) => ({ learning_rate: 1, seed, steps, epochs })),
    10,
  );
  assert.deepEqual(curve.steps.high, [1, 1, 1, 1, 1, 9, 1, 1, 1, 1]);
  assert.deepEqual(curve.steps.low, Array(10).fill(1));
  assert.equal(curve.steps.mean[5], 1.08);
  assert.deepEqual(curve.steps.x.slice(0, 2), [0.05, 0.15]);
});

Deno.test("gather() gives mean and range over the seeds", () => {
  const curve = gather(
    [1, 3].map((loss) => ({
      learning_rate: 1,
      seed: loss,
      steps: [loss],
      epochs: [{ epoch: 1, train_loss: loss, validation_loss: 2 * loss }],
    })),
    10,
  );
  assert.deepEqual(curve.epochs, {
    x: [1],
    train: [2],
    validation: [4],
    low: [2],
    high: [6],
  });
});

Deno.test("html`` escapes what it is given, but no markup", () => {
  const title = `<b>"x" & 'y'`;
  assert.equal(
    html`<p title="${title}">${[html`<i>${1}</i>`, title]}</p>`.text.trim(),
    '<p title="&#60;b&#62;&#34;x&#34; &#38; &#39;y&#39;"><i>1</i>&#60;b&#62;&#34;x&#34; &#38; &#39;y&#39;</p>',
  );
});

Deno.test("embedded() lets no tag begin in JSON", () => {
  const text = embedded({ a: "</script><!--" }).text;
  assert.doesNotMatch(text, /</);
  assert.deepEqual(JSON.parse(text), { a: "</script><!--" });
});

const PAPER = {
  title: "A title",
  author: "Ada Example",
  venue: "A venue",
  year: 2018,
  version: "1.0.0",
  license: "MIT",
  abstract: "In short.",
};
const AUTHORS = [{ given: "Bo", family: "Näme" }];

Deno.test("bibtex() escapes what TeX would read as a command", () => {
  const text = bibtex({
    paper: {
      ...PAPER,
      title: String.raw`50 % & more: ~10^{-3} \ {x}_$#`,
      repository: "https://example.org/~a_b",
    },
    authors: AUTHORS,
  });
  assert.match(
    text,
    /^@software\{name-facsimile,\n {2}author {7}= \{Näme, Bo\},/,
  );
  assert(text.includes(
    String
      .raw`= {{50 \% \& more: \textasciitilde{}10\textasciicircum{}\{-3\} \textbackslash{} \{x\}\_\$\#}}`,
  ));
  assert.match(text, /\{https:\/\/example\.org\/~a_b\}/);
  assert.match(text, /^@misc\{example2018,/m);
});

Deno.test("bibtex() takes no organisation apart, keeps capitals, and has year and address", () => {
  const paper = {
    ...PAPER,
    title: "Autoencoders on MNIST",
    released: 2026,
    repository: "https://example.org/code",
  };
  assert.equal(
    bibtex({ paper, authors: [{ name: "The R&D Group" }, ...AUTHORS] }),
    String.raw`@software{therdgroup-facsimile,
  author       = {{The R\&D Group} and Näme, Bo},
  title        = {{A reproduction of: Autoencoders on MNIST}},
  year         = {2026},
  version      = {1.0.0},
  license      = {MIT},
  url          = {https://example.org/code}
}

@misc{example2018,
  author       = {Ada Example},
  title        = {{Autoencoders on MNIST}},
  howpublished = {A venue},
  year         = {2018}
}`,
  );
});

Deno.test("the page's own modules use no name twice, for they share a scope", () => {
  const folder = new URL("../../../stages/report/client/", import.meta.url);
  const names = [...Deno.readDirSync(folder)].flatMap(({ name }) => {
    const text = Deno.readTextFileSync(new URL(name, folder));
    const found = text.matchAll(
      /^(?:export )?(?:async )?(?:function|const|let|class) (\w+)/gm,
    );
    return Array.from(found, ([, name]) => name);
  });
  assert(names.length > 30);
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  );
});

Deno.test("reference() names the reproduction and what it reproduces", () => {
  assert.equal(
    reference({ paper: PAPER, authors: AUTHORS }),
    "Bo Näme: A reproduction of “A title” (Ada Example, A venue, 2018), version 1.0.0.",
  );
});

const SIZE = { width: 28, height: 28 };

Deno.test("fitted() gives a drawing the size and the middle of MNIST's digits", () => {
  for (const [left, top, width, height] of [[0, 0, 4, 8], [2, 1, 26, 20]]) {
    const drawing = Float32Array.from({ length: 784 }, (_, at) => {
      const [x, y] = [at % 28 - left!, Math.floor(at / 28) - top!];
      return x >= 0 && x < width! && y >= 0 && y < height! ? 1 : 0;
    });
    const result = fitted(drawing, SIZE);
    let [mass, x, y] = [0, 0, 0];
    const columns = new Set<number>();
    const rows = new Set<number>();
    result.forEach((grey, at) => {
      mass += grey;
      x += grey * (at % 28 + 0.5);
      y += grey * (Math.floor(at / 28) + 0.5);
      if (grey < 0.5) return;
      columns.add(at % 28);
      rows.add(Math.floor(at / 28));
    });
    assert(Math.abs(x / mass - 14) < 0.1, `x ${x / mass}`);
    assert(Math.abs(y / mass - 14) < 0.1, `y ${y / mass}`);
    assert.equal(Math.max(columns.size, rows.size), 20);
    assert(result.every((grey) => grey >= 0 && grey <= 1));
  }
});

Deno.test("fitted() leaves an empty image as it is", () => {
  const empty = new Float32Array(784);
  assert.deepEqual(fitted(empty, SIZE), empty);
});
