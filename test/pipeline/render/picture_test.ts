import { deepEqual, equal, match, ok } from "node:assert/strict";
import { layers, type Shape } from "../../../pipeline/render/layers.ts";
import { mermaid } from "../../../pipeline/render/mermaid.ts";
import { type Box, direct } from "../../../pipeline/render/boxes.ts";
import {
  picture,
  pictureOfInstances,
} from "../../../pipeline/render/picture.ts";

function box(
  stage: string,
  states: readonly Box["state"][],
  from: readonly string[],
): Box {
  const id = (at: number) => states.length > 1 ? `${stage}[n=${at}]` : stage;
  return {
    stage,
    title: `Does "${stage}" & more`,
    instances: states.map((state, at) => ({ id: id(at), state, from: [] })),
    state: states[0] ?? "reuse",
    from,
  };
}

const BOXES = [
  box("download", ["reuse", "reuse"], []),
  box("prepare", ["restore"], ["download"]),
  box("train", ["run", "run", "reuse"], ["prepare"]),
  box("measure", ["maybe"], ["train", "prepare"]),
  box("report", ["maybe"], ["measure", "train", "download"]),
];

Deno.test("picture() and mermaid() draw a graph", async (t) => {
  await t.assertSnapshot(
    [picture(BOXES), pictureOfInstances(BOXES), mermaid(BOXES)].join("────\n"),
  );
});

Deno.test("picture() tells states by form and word, has a title, and escapes what it is given", () => {
  const svg = picture(BOXES);
  match(svg, /<svg [^>]*viewBox="0 0 [\d.]+ [\d.]+"/);
  match(svg, /<title id="title">The stages/);
  match(svg, /Does &quot;train&quot; &amp; more/);
  for (const word of ["will run", "may run", "restored", "reused"]) {
    match(svg, new RegExp(`>\\d+ ${word}</text>`));
  }
  const black = svg.replace(/#[0-9a-f]{3,6}/g, "#000");
  const marks = new Set(
    [...black.matchAll(/<g><title>.*?<\/g>/gs)].map(([card]) =>
      card.replace(/[-\d.]+/g, "0").replace(
        /<title>.*?<\/title>|<text.*?<\/text>/g,
        "",
      )
    ),
  );
  ok(marks.size >= 4, "states look alike without colour");
});

Deno.test("picture() fits a column of a paper: 84 mm at 12 points", () => {
  const [, width = ""] = /viewBox="0 0 ([\d.]+)/.exec(picture(BOXES)) ?? [];
  ok(Number(width) <= 84 / 25.4 * 72, width);
});

Deno.test("direct() leaves out what is also reached another way", () => {
  const edges = direct(BOXES, ({ stage }) => stage);
  deepEqual(edges.get("measure"), ["train"]);
  deepEqual(edges.get("report"), ["measure"]);
  deepEqual(edges.get("train"), ["prepare"]);
});

/** A graph of some size, always the same. */
function shapes(count: number): Shape[] {
  let state = 7;
  const random = (below: number) => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
  return Array.from({ length: count }, (_, at) => ({
    id: String(at),
    width: 40 + random(60),
    height: 30,
    from: at < 3 ? [] : [...new Set([String(random(at)), String(random(at))])],
  }));
}

Deno.test("layers() lets no box touch another, and every arrow go down", () => {
  const all = shapes(40);
  const { places, routes, width, height } = layers(all, {
    across: 10,
    between: 20,
  });
  for (const a of all) {
    const at = places.get(a.id)!;
    ok(at.x - a.width / 2 >= -1e-6 && at.x + a.width / 2 <= width + 1e-6);
    ok(at.y <= height);
    for (const b of all) {
      const other = places.get(b.id)!;
      if (a === b || at.y !== other.y) continue;
      ok(
        Math.abs(at.x - other.x) >= (a.width + b.width) / 2 + 10 - 1e-6,
        `${a.id} and ${b.id}`,
      );
    }
  }
  const heights = [...new Set([...places.values()].map(({ y }) => y))]
    .sort((a, b) => a - b);
  for (const { points } of routes) {
    // In every layer on its way it has a place of its own.
    const [first, last] = [points[0]!.y, points.at(-1)!.y];
    deepEqual(
      points.map(({ y }) => y),
      heights.filter((y) => y >= first && y <= last),
    );
    points.forEach(({ y }, at) => ok(at === 0 || y > points[at - 1]!.y));
  }
});

Deno.test("layers() leads no arrow through a box", () => {
  const all = shapes(40);
  const { places, routes } = layers(all, { across: 10, between: 20 });
  for (const { from, to, points } of routes) {
    for (const { x, y } of points.slice(1, -1)) {
      for (const { id, width } of all) {
        const at = places.get(id)!;
        if (id === from || id === to || at.y !== y) continue;
        ok(Math.abs(at.x - x) >= width / 2, `${from} → ${to} through ${id}`);
      }
    }
  }
});

Deno.test("layers() comes to rest where two share a layer and one of them goes on", () => {
  const shape = (id: string, ...from: string[]): Shape => ({
    id,
    width: id === "figures" ? 80 : 60,
    height: 20,
    from,
  });
  const { places } = layers([
    shape("train"),
    shape("export", "train"),
    shape("reconstruct", "export"),
    shape("denoise", "export"),
    shape("metrics", "reconstruct", "denoise"),
    shape("figures", "reconstruct", "denoise"),
    shape("claims", "metrics"),
    shape("report", "claims"),
  ], { across: 10, between: 10 });
  const x = (id: string) => places.get(id)!.x.toFixed(2);
  equal(x("train"), x("export"));
  deepEqual([x("claims"), x("report")], [x("metrics"), x("metrics")]);
});

Deno.test("layers() sets a chain in one straight line", () => {
  const chain = ["a", "b", "c", "d"].map((id, at, all): Shape => ({
    id,
    width: 30 + at * 20,
    height: 20,
    from: at === 0 ? [] : [all[at - 1]!],
  }));
  const { places } = layers(chain, { across: 10, between: 10 });
  const columns = new Set([...places.values()].map(({ x }) => x.toFixed(3)));
  equal(columns.size, 1);
});
