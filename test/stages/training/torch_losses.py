"""The first losses of the network in PyTorch, from given weights and batches.

    torch_losses.py FOLDER: reads case.json, weights.f32, images.f32; prints a JSON list
"""
import json
import sys

import numpy
import torch
from torch import nn

folder = sys.argv[1]
case = json.load(open(f"{folder}/case.json"))
flat = numpy.fromfile(f"{folder}/weights.f32", dtype="<f4")
images = torch.from_numpy(numpy.fromfile(f"{folder}/images.f32", dtype="<f4"))
images = images.reshape(-1, case["batch"], 1, 28, 28)

layers, parameters = [], []
for weight in case["weights"]:
    part = flat[weight["offset"]:weight["offset"] + weight["length"]]
    part = torch.from_numpy(part.copy()).reshape(weight["dims"])
    parameters.append(nn.Parameter(part))


def network(x):
    w = iter(parameters)

    def conv(x, padding):
        return nn.functional.conv2d(x, next(w), next(w), padding=padding)

    def up(x):
        return nn.functional.conv_transpose2d(x, next(w), next(w), stride=2)

    relu, pool = nn.functional.relu, nn.functional.max_pool2d
    x = pool(relu(conv(x, 1)), 2)
    x = pool(relu(conv(x, 1)), 2)
    x = relu(conv(x, 1))
    x = relu(conv(up(x), 1))
    x = relu(conv(up(x), 1))
    return relu(conv(x, 0))


optimizer = torch.optim.Adam(parameters, lr=case["learning_rate"])
losses = []
for step, batch in enumerate(images, 1):
    # PyTorch adds epsilon after its correction of the second moment, TensorFlow
    # before: the same number, if it is divided by the correction.
    optimizer.param_groups[0]["eps"] = 1e-7 / (1 - 0.999 ** step) ** 0.5
    optimizer.zero_grad()
    loss = ((network(batch) - batch) ** 2).mean()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
print(json.dumps(losses))
