"""Checks an ONNX file, shapes included, and prints its metadata as JSON."""

import json
import sys

import onnx

model = onnx.load(sys.argv[1])
onnx.checker.check_model(model, full_check=True)
print(
    json.dumps(
        {
            "opset": [entry.version for entry in model.opset_import],
            "producer": model.producer_name,
            "metadata": {entry.key: entry.value for entry in model.metadata_props},
            "input": [dim.dim_param or dim.dim_value for dim in model.graph.input[0].type.tensor_type.shape.dim],
            "output": [dim.dim_param or dim.dim_value for dim in model.graph.output[0].type.tensor_type.shape.dim],
        }
    )
)
