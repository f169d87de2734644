/** Graphs in the making: what is kept, and what is said once. */
import assert from "node:assert/strict";
import { GraphBuilder } from "../../../stages/onnx/builder.ts";
import { subgraph, type ValueInfo } from "../../../stages/onnx/model.ts";

const value = (name: string): ValueInfo => ({ name, type: "float32" });
const operators = (builder: GraphBuilder, output: string) =>
  builder.graph("test", [value("x")], [value(output)]).nodes
    .map(({ op }) => op);

Deno.test("graph() leaves out nodes and constants that nobody asks for", () => {
  const builder = new GraphBuilder();
  const unused = builder.node("Mul", ["x", builder.scalar(2)]);
  builder.node("Abs", [unused]);
  const output = builder.node("Add", ["x", builder.scalar(3)]);
  const { nodes, initialisers } = builder.graph("test", [value("x")], [
    value(output),
  ]);
  assert.deepEqual(nodes.map(({ op }) => op), ["Add"]);
  assert.deepEqual(initialisers.map(({ data }) => [...data]), [[3]]);
});

Deno.test("graph() keeps what only a subgraph uses", () => {
  const builder = new GraphBuilder();
  const outer = builder.node("Abs", ["x"]);
  const body = new GraphBuilder("body.");
  const inner = body.node("Neg", [outer]);
  const output = builder.node("Loop", ["", "", "x"], {
    body: subgraph(body.graph("body", [], [value(inner)])),
  });
  assert.deepEqual(operators(builder, output), ["Abs", "Loop"]);
});

Deno.test("reshape() of what was reshaped starts from the first value, once", () => {
  const builder = new GraphBuilder();
  const first = builder.reshape("x", [2, 6]);
  const second = builder.reshape(first, [3, 4]);
  assert.equal(builder.reshape("x", [3, 4]), second);
  const { nodes } = builder.graph("test", [value("x")], [value(second)]);
  assert.deepEqual(nodes.map(({ inputs }) => inputs[0]), ["x"]);
});

Deno.test("reshape() to the dimensions that a value is known to have is the value", () => {
  const builder = new GraphBuilder();
  builder.shaped("x", [3, 4]);
  assert.equal(builder.reshape("x", [3, 4]), "x");
  assert.equal(builder.reshape(builder.reshape("x", [12]), [3, 4]), "x");
});
