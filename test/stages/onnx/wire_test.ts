/** ONNX models as bytes: against ourselves, the runtimes' reader and the checker. */
import assert from "node:assert/strict";
import { GraphBuilder } from "../../../stages/onnx/builder.ts";
import { float, int, ints, type Model } from "../../../stages/onnx/model.ts";
import { model, subgraph } from "../../../stages/onnx/model.ts";
import { encode } from "../../../stages/onnx/wire.ts";
import { decode } from "./decode.ts";
import { skip } from "../../rig/skip.ts";

/** y = relu(x · w + 0.5) with something of every kind of field. */
function sample(): Model {
  const builder = new GraphBuilder();
  builder.initialiser({
    name: "w",
    type: "float32",
    dims: [2, 2],
    data: Float32Array.of(1, -2, 0.1, 4),
  });
  const product = builder.node("MatMul", ["x", "w"]);
  const sum = builder.node("Add", [product, builder.scalar(0.5)]);
  const there = builder.node("Transpose", [sum], { perm: ints([1, 0]) });
  const back = builder.node("Transpose", [there], { perm: ints([1, 0]) });
  const cut = builder.slice(back, { starts: [0], ends: [-1], axes: [1] });
  const wide = builder.node("Concat", [cut, cut], { axis: int(-1) });
  const leaky = builder.node("LeakyRelu", [wide], { alpha: float(0.25) });
  builder.add({ op: "Relu", inputs: [leaky], outputs: ["y"], name: "last" });
  return model(
    builder.graph(
      "sample",
      [{ name: "x", type: "float32", dims: ["N", 2] }],
      [{ name: "y", type: "float32", dims: ["N", 2] }],
    ),
    { description: "A sample", metadata: { seed: "1", "dataset": "none" } },
  );
}

Deno.test("decode() returns what encode() was given", () => {
  const original = sample();
  const { metadata, ...rest } = decode(encode(original));
  assert.deepEqual(metadata, original.metadata);
  const { metadata: _, ...expected } = original;
  assert.deepEqual(rest, expected);
});

Deno.test("decode() keeps every kind of attribute and element", () => {
  const body = new GraphBuilder("inner.");
  body.add({ op: "Identity", inputs: ["a"], outputs: ["b"] });
  const graph = body.graph("inner", [{ name: "a", type: "int64" }], [
    { name: "b", type: "int64", dims: [] },
  ]);
  const original = model({
    name: "kinds",
    inputs: [],
    outputs: [],
    initialisers: [
      { name: "i", type: "int64", dims: [2], data: [-1, 2 ** 40] },
      { name: "u", type: "uint8", dims: [2], data: Uint8Array.of(0, 255) },
      { name: "f", type: "float32", dims: [], data: Float32Array.of(0.1) },
    ],
    nodes: [{
      op: "Any",
      inputs: ["", "i"],
      outputs: ["o"],
      attributes: {
        body: subgraph(graph),
        ints: ints([3, -1]),
        tensor: {
          kind: "tensor",
          value: {
            name: "t",
            type: "bool",
            dims: [1],
            data: Uint8Array.of(1),
          },
        },
      },
    }],
  });
  assert.deepEqual(decode(encode(original)), original);
});

Deno.test("encode() gives the same bytes whatever the order of metadata and attributes", () => {
  const one = sample();
  const other = {
    ...one,
    metadata: { dataset: "none", seed: "1" },
  };
  assert.deepEqual(encode(other), encode(one));
});

Deno.test("encode() writes what onnx.checker accepts", {
  ignore: !hasOnnx(),
}, async () => {
  const path = await Deno.makeTempFile({ suffix: ".onnx" });
  try {
    await Deno.writeFile(path, encode(sample()));
    const { code, stderr } = await new Deno.Command("/usr/bin/python3", {
      args: [
        "-c",
        "import onnx,sys; onnx.checker.check_model(onnx.load(sys.argv[1]), full_check=True)",
        path,
      ],
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(path);
  }
});

function hasOnnx(): boolean {
  try {
    const { success } = new Deno.Command("/usr/bin/python3", {
      args: ["-c", "import onnx"],
      stderr: "null",
    }).outputSync();
    if (!success) {
      skip("the checker of ONNX", "python3-onnx is not installed");
    }
    return success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

Deno.test("encode() writes attributes and metadata in the order of their keys", () => {
  const of = (keys: readonly string[]) =>
    encode(model(
      {
        name: "keys",
        inputs: [],
        outputs: [],
        initialisers: [],
        nodes: [{
          op: "Any",
          inputs: [],
          outputs: ["y"],
          attributes: Object.fromEntries(keys.map((key) => [key, int(1)])),
        }],
      },
      { metadata: Object.fromEntries(keys.map((key) => [key, "1"])) },
    ));
  assert.deepEqual(of(["b", "a"]), of(["a", "b"]));
  const text = new TextDecoder("latin1").decode(of(["zz", "yy"]));
  assert(text.indexOf("yy") < text.indexOf("zz"));
});
