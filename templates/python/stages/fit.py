"""Puts a line through one data set, and measures how well it fits."""

import json

import facsimile
from line import METHODS, quality

with open(facsimile.input("points"), encoding="utf-8") as file:
    data = json.load(file)

method = facsimile.params["method"]
intercept, slope = METHODS[method](data["points"])

with open(facsimile.output("line"), "w", encoding="utf-8") as file:
    line = {"set": data["set"], "method": method, "intercept": intercept, "slope": slope}
    json.dump(line, file, indent=2)

r2, farthest = quality(data["points"], intercept, slope)
facsimile.metrics({
    "intercept": intercept,
    "slope": slope,
    "r2": {"value": r2, "better": "more"},
    "farthest": farthest,
})
