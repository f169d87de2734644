"""How many digits can still be recognised in what a network makes of them?

A classifier learns from half of the test images and reads the other half, as they
are and as the network reconstructed them.
"""

import json
import pickle

import numpy as np
from sklearn.neural_network import MLPClassifier

import facsimile

with open(facsimile.input("dataset"), encoding="utf-8") as file:
    dataset = json.load(file)
pixels = dataset["height"] * dataset["width"]


def images(name):
    """[n, pixels] in 0…1, of a file of unsigned bytes."""
    return np.fromfile(facsimile.input(name), np.uint8).reshape(-1, pixels) / np.float32(255)


true = images("images")
digits = np.fromfile(facsimile.input("labels"), np.uint8)
half = len(true) // 2

passes = facsimile.params["passes"]
done, learnt = 0, []
model = MLPClassifier([facsimile.params["neurons"]], random_state=facsimile.params["seed"])
# What a killed run left, or one with fewer passes: it goes on from there.
if facsimile.checkpoint:
    with open(facsimile.checkpoint["path"], "rb") as file:
        done, learnt, model = pickle.load(file)
for done in range(done + 1, passes + 1):
    model.partial_fit(true[:half], digits[:half], classes=range(10))
    learnt.append(model.score(true[half:], digits[half:]))
    facsimile.progress(done, passes, "passes", accuracy=learnt[-1])
    state = f"{facsimile.scratch}/state.pickle"
    with open(state, "wb") as file:
        pickle.dump((done, learnt, model), file)
    facsimile.keep(done, state)

share = {"unit": "of 1", "better": "more"}
facsimile.metrics({
    "accuracy": {"value": model.score(images("reconstructions")[half:], digits[half:]), **share},
    "unreconstructed": {"value": learnt[-1], **share},
    "learnt": {"value": learnt, **share},
})
