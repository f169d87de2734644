/** A chain of operators as an ONNX graph from `image` to `reconstruction`. */
import { GraphBuilder } from "../onnx/builder.ts";
import type { Graph } from "../onnx/model.ts";
import { ints } from "../onnx/model.ts";
import type { Operator, Shape } from "./layer.ts";

/**
 * The graph for any number of pictures at a time. Values are called as the
 * operators that make them.
 */
export function modelGraph(
  name: string,
  operators: readonly Operator[],
  shapes: { readonly input: Shape; readonly output: Shape },
): Graph {
  const builder = new GraphBuilder();
  let value = "image";
  operators.forEach(({ op, name, attributes, constants }, i) => {
    const inputs = [
      value,
      ...constants.map(({ name, shape, values }) =>
        builder.initialiser({
          name,
          dims: shape,
          type: "float32",
          data: values,
        })
      ),
    ];
    value = i === operators.length - 1 ? "reconstruction" : name;
    builder.add({
      op,
      name,
      inputs,
      outputs: [value],
      attributes: Object.fromEntries(
        Object.entries(attributes).map((
          [name, numbers],
        ) => [name, ints(numbers)]),
      ),
    });
  });
  const picture = ([height, width, channels]: Shape) => [
    "N",
    channels,
    height,
    width,
  ];
  return builder.graph(
    name,
    [{ name: "image", type: "float32", dims: picture(shapes.input) }],
    [{
      name: "reconstruction",
      type: "float32",
      dims: picture(shapes.output),
    }],
  );
}
