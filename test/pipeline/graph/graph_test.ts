/** Linking: names, points, references, order. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import fc from "fast-check";
import type { Json } from "../../../pipeline/stage/json.ts";
import type { Graph } from "../../../pipeline/graph/graph.ts";
import { link } from "../../../pipeline/graph/link.ts";
import { narrow, select } from "../../../pipeline/graph/select.ts";
import {
  type Declaration,
  every,
  file,
  type Input,
  type Matrix,
  type Output,
  output,
  type Pipeline,
  type Stage,
} from "../../../pipeline/stage/declaration.ts";

interface Sketch {
  readonly matrix?: Matrix;
  readonly inputs?: { readonly [name: string]: Input };
  readonly artifact?: string;
  /** In the place of the one that a sketch has. */
  readonly outputs?: { readonly [name: string]: Output };
}

function pipeline(stages: { readonly [name: string]: Sketch }): Pipeline<null> {
  return {
    stages: Object.entries(stages).map(([name, sketch]): Stage<null> => ({
      name,
      title: name,
      ...(sketch.matrix && { matrix: () => sketch.matrix! }),
      at: () => ({
        runs: { kind: "module", module: "stages/none.ts" },
        inputs: sketch.inputs ?? {},
        outputs: sketch.outputs ?? {
          out: {
            file: "out",
            ...(sketch.artifact !== undefined && { artifact: sketch.artifact }),
          },
        },
      }),
    })),
  };
}

function linked(stages: { readonly [name: string]: Sketch }): Graph {
  const result = link(pipeline(stages), null, () => undefined);
  if (!result.ok) throw new Error(result.failure.what);
  return result.value;
}

function refused(stages: { readonly [name: string]: Sketch }): string {
  const result = link(pipeline(stages), null, () => undefined);
  ok(!result.ok);
  const { what, seen = "", hint = "" } = result.failure;
  return [what, seen, hint].filter(Boolean).join(" | ");
}

const ids = ({ instances }: Graph) => instances.map(({ id }) => id);

Deno.test("link() expands a matrix, the last axis fastest", () => {
  const graph = linked({
    train: { matrix: { lr: [0.1, 0.01], seed: [1, 2] } },
  });
  deepEqual(ids(graph), [
    "train[lr=0.1,seed=1]",
    "train[lr=0.1,seed=2]",
    "train[lr=0.01,seed=1]",
    "train[lr=0.01,seed=2]",
  ]);
});

Deno.test("link() takes an input from the instance at the same point", () => {
  const graph = linked({
    export: {
      matrix: { lr: [0.1, 0.01] },
      inputs: { model: output("train", "out") },
    },
    train: { matrix: { lr: [0.1, 0.01] } },
  });
  const { producers } = graph.byId.get("export[lr=0.01]")!;
  deepEqual(producers.map(({ id }) => id), ["train[lr=0.01]"]);
});

Deno.test("link() takes listed points as they are, and of several producers the one that shares most axes", () => {
  const points = [{ lr: 1 }, { lr: 2 }, { lr: 1, size: 8 }];
  const graph = linked({
    report: { inputs: { all: every("train", "out") } },
    draw: { inputs: { one: output("train", "out", { lr: 1 }) } },
    export: { matrix: points, inputs: { model: output("train", "out") } },
    train: { matrix: points, inputs: { images: output("prepare", "out") } },
    prepare: { matrix: [{}, { size: 8 }] },
  });
  const from = (id: string) =>
    graph.byId.get(id)!.producers.map(({ id }) => id);
  deepEqual(from("export[lr=1]"), ["train[lr=1]"]);
  deepEqual(from("export[lr=1,size=8]"), ["train[lr=1,size=8]"]);
  deepEqual(from("train[lr=2]"), ["prepare"]);
  deepEqual(from("train[lr=1,size=8]"), ["prepare[size=8]"]);
  deepEqual(from("draw"), ["train[lr=1]"]);
  deepEqual(from("report"), [
    "train[lr=1]",
    "train[lr=2]",
    "train[lr=1,size=8]",
  ]);
  const chosen = select(graph, "train[lr=1]");
  deepEqual(chosen.ok && chosen.value.map(({ id }) => id), ["train[lr=1]"]);
  equal(
    refused({ a: { matrix: [{ x: 1, y: "b" }, { y: "b", x: "1" }] } }),
    'Cannot expand the matrix of the stage "a" | a point stands there twice: x=1,y=b',
  );
  equal(
    refused({
      a: { matrix: [{ x: 1 }], inputs: { b: output("b", "out", { y: 1 }) } },
      b: { matrix: [{}, { x: 1 }] },
    }),
    'Cannot link the input "b" of "a[x=1]" to "b" | 0 instances match: b, b[x=1] | ' +
      "fix the axes that only the producer has, or take every instance",
  );
});

Deno.test("link() gives `every` all instances, and puts producers first", () => {
  const graph = linked({
    report: { inputs: { curves: every("train", "out"), notes: file("a.md") } },
    train: { matrix: { lr: [0.1, 0.01] } },
  });
  deepEqual(ids(graph), ["train[lr=0.1]", "train[lr=0.01]", "report"]);
});

Deno.test("link() refuses what cannot be meant, and says what is there", () => {
  equal(
    refused({ a: { inputs: { x: output("bb", "out") } }, b: {} }),
    'Cannot link the input "x" of "a" to "bb" | stages: a, b | did you mean "b"?',
  );
  equal(
    refused({ a: { inputs: { x: output("b", "oud") } }, b: {} }),
    'Cannot link the input "x" of "a" to the output "oud" of "b" | outputs: out | did you mean "out"?',
  );
  equal(
    refused({
      a: { inputs: { x: output("b", "out") } },
      b: { matrix: { lr: [1, 2] } },
    }),
    'Cannot link the input "x" of "a" to "b" | 2 instances match: b[lr=1], b[lr=2] | ' +
      "fix the axes that only the producer has, or take every instance",
  );
  equal(
    refused({
      a: { inputs: { x: output("b", "out") } },
      b: { inputs: { x: output("a", "out") } },
    }),
    "Cannot put the stages into an order | a cycle: a ← b ← a",
  );
  equal(
    refused({ a: { artifact: "X.png" }, b: { artifact: "x.png" } }),
    'Cannot publish "x.png" from "b" | a publishes it too',
  );
  equal(
    refused({ a: { artifact: "d/e" }, b: { artifact: "D/e/f" } }),
    'Cannot publish "D/e/f" from "b" | a publishes the file "d/e", which cannot be a folder too | ' +
      "give one of them another path",
  );
  equal(
    refused({ a: { artifact: "d/e/f" }, b: { artifact: "d" } }),
    'Cannot publish "d" from "b" | "d/e/f" is published inside a folder of that name | ' +
      "give one of them another path",
  );
  equal(
    refused({ a: { outputs: { one: { file: "x" }, two: { file: "x" } } } }),
    '"a" cannot write its output "two" as "x" | its output "one" is that file already | ' +
      "give each output a file of its own",
  );
  for (const artifact of ["", "d/", "d//e", "d\0"]) {
    match(refused({ a: { artifact } }) ?? "", /use a relative path inside/);
  }
  equal(
    refused({ a: { artifact: "../x" } }),
    'Cannot publish an output of "a" as "../x" | use a relative path inside the folder of the artifacts',
  );
  equal(
    refused({ a: { matrix: { lr: [0.1, 0.1] } } }),
    'Cannot expand the axis lr of the stage "a" | a value stands there twice: 0.1, 0.1',
  );
});

Deno.test("narrow() keeps the targets and what they need", () => {
  const graph = linked({
    a: {},
    b: { inputs: { x: output("a", "out") } },
    c: { inputs: { x: output("a", "out") } },
  });
  const narrowed = narrow(graph, ["b"]);
  ok(narrowed.ok);
  deepEqual(ids(narrowed.value), ["a", "b"]);
});

Deno.test("select() finds by stage, by whole point and by part of it", () => {
  const graph = linked({
    train: { matrix: { lr: [0.1, 0.01], seed: [1, 2] } },
  });
  const count = (target: string) => {
    const found = select(graph, target);
    return found.ok ? found.value.length : found.failure.hint;
  };
  equal(count("train"), 4);
  equal(count("train[lr=0.1]"), 2);
  equal(count("train[lr=0.1,seed=2]"), 1);
  equal(count("trian"), 'did you mean "train"?');
  equal(count("train[lr=0.2]"), 'did you mean "train[lr=0.1,seed=1]"?');
});

Deno.test("link() puts producers before users in any graph without a cycle", () => {
  const graphs = fc.array(fc.array(fc.nat(20), { maxLength: 4 }), {
    minLength: 1,
    maxLength: 20,
  });
  fc.assert(fc.property(graphs, fc.boolean(), (nodes, backwards) => {
    const stages = nodes.map((targets, index): [string, Sketch] => [
      `s${index}`,
      {
        inputs: Object.fromEntries(
          targets.filter((target) => target < index)
            .map((target) => [`x${target}`, output(`s${target}`, "out")]),
        ),
      },
    ]);
    const graph = linked(
      Object.fromEntries(backwards ? stages.toReversed() : stages),
    );
    const place = new Map(graph.instances.map((one, index) => [one, index]));
    return graph.instances.length === nodes.length &&
      graph.instances.every((one) =>
        one.producers.every((producer) =>
          place.get(producer)! < place.get(one)!
        )
      );
  }));
});

Deno.test("link() takes names that every object has for what they are: names", () => {
  const graph = linked({
    train: { matrix: { constructor: [1, 2], toString: [3] } },
    draw: {
      inputs: {
        ["__proto__"]: output("train", "out", { constructor: 2, toString: 3 }),
      },
    },
  });
  deepEqual(Object.entries(graph.byId.get("draw")!.links).length, 1);
  deepEqual(graph.byId.get("draw")!.producers.map(({ id }) => id), [
    "train[constructor=2,toString=3]",
  ]);
  for (const name of ["constructor", "__proto__"]) {
    match(
      refused({ train: {}, draw: { inputs: { in: output("train", name) } } }),
      /outputs: out/,
    );
    match(
      refused({ train: {}, draw: { inputs: { in: output(name, "out") } } }),
      /stages: train, draw/,
    );
    match(
      refused({
        train: { matrix: { [name]: [1, 2] } },
        draw: { inputs: { in: output("train", "out") } },
      }),
      /2 instances match/,
    );
  }
});

Deno.test("link() refuses what JSON does not have, and says where it stands", () => {
  const declared = (part: Partial<Declaration>) => {
    const result = link(
      {
        stages: [{
          name: "train",
          title: "",
          at: () => ({
            runs: { kind: "module", module: "stages/none.ts" },
            outputs: {},
            ...part,
          }),
        }],
      },
      null,
      () => undefined,
    );
    ok(!result.ok, "accepted");
    equal(result.failure.what, 'Cannot use the declaration of "train"');
    ok(result.failure.hint);
    return result.failure.seen ?? "";
  };
  const params = (value: unknown) => declared({ params: { a: value as Json } });
  equal(params(Infinity), "params.a is Infinity");
  equal(params([1, { b: NaN }]), "params.a.1.b is NaN");
  equal(params(3n), "params.a is a bigint");
  equal(params(() => 1), "params.a is a function");
  equal(params(new Map()), "params.a is an object of a class");
  equal(params([1, undefined]), "params.a is a gap");
  let deep: Json = 1;
  for (let i = 0; i < 20_000; i++) deep = [deep];
  match(params(deep), /^params\.a\.0.* is nested too deeply$/);
  const round: Json[] = [];
  round.push(round);
  match(params(round), /nested too deeply/);
  equal(declared({ facts: { a: -Infinity } }), "facts.a is -Infinity");
  equal(declared({ hints: { a: NaN } }), "hints.a is NaN");
  match(declared({ resources: { cpus: NaN } }), /NaN of cpus/);
  match(declared({ resources: { memory: -1 } }), /-1 of memory/);
  match(declared({ work: 0 }), /its work is 0/);
  for (const threads of [0, 1.5, NaN]) {
    const runs = { kind: "module", module: "a.ts", threads } as const;
    equal(declared({ runs }), `it has ${threads} threads`);
  }
  match(declared({ work: Infinity }), /its work is Infinity/);
  match(declared({ inputs: { a: file("b\0c") } }), /"a" has a zero character/);
  match(refused({ train: { matrix: { lr: [Infinity] } } }), /use "Infinity"/);
  match(
    declared({ outputs: { constructor: { file: "a" } } }),
    /an output "constructor"/,
  );
  for (const axis of ["a/b", "a]b", "a".repeat(300), "a\u001b"]) {
    match(refused({ train: { matrix: { [axis]: [1] } } }), /the name of the/);
  }
});
