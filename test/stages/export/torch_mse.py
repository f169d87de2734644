"""Executes an exported model in PyTorch: prints its mean squared error on images of bytes."""

import sys

import numpy
import onnx
import torch
import torch.nn.functional as functional
from onnx import numpy_helper

model = onnx.load(sys.argv[1])
values = {
    tensor.name: torch.from_numpy(numpy_helper.to_array(tensor).copy())
    for tensor in model.graph.initializer
}
pixels = numpy.fromfile(sys.argv[2], dtype=numpy.uint8)
images = torch.from_numpy(pixels.reshape(-1, 1, 28, 28).astype(numpy.float32) / 255)
values["image"] = images

for node in model.graph.node:
    attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    inputs = [values[name] for name in node.input]
    strides = attributes.get("strides")
    top, left, bottom, right = attributes.get("pads", [0, 0, 0, 0])
    assert top == bottom and left == right
    if node.op_type == "Conv":
        result = functional.conv2d(*inputs, stride=strides, padding=(top, left))
    elif node.op_type == "ConvTranspose":
        result = functional.conv_transpose2d(*inputs, stride=strides, padding=(top, left))
    elif node.op_type == "MaxPool":
        result = functional.max_pool2d(*inputs, attributes["kernel_shape"], strides, (top, left))
    elif node.op_type == "Relu":
        result = functional.relu(*inputs)
    else:
        raise NotImplementedError(node.op_type)
    values[node.output[0]] = result

difference = (values["reconstruction"] - images).double()
print(float((difference * difference).mean()))
