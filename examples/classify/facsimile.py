"""The contract of a stage, for Python: what it is given, and what it may say.

Copied into a project, beside the stages that import it, and listed among their
`code`. It needs nothing but Python's own library.
"""

import json
import math
import os
import sys

with open(os.environ["FACSIMILE_TASK"], encoding="utf-8") as _file:
    _task = json.load(_file)

#: All of the configuration that this process knows.
params = _task["params"]
#: Where the stage runs: {"size": 2, "seed": 1}; empty without a matrix.
point = _task["point"]
#: A private folder, empty at the start.
scratch = _task["scratch"]
#: The furthest checkpoint that fits, {"position": 3, "path": "/…"}, or None.
checkpoint = _task["checkpoint"]
_kept = 0


def input(name):
    """The path of a single input."""
    return _named("inputs", name, str, "stands for many files; ask inputs")


def inputs(name):
    """Pairs of point and path, of an input that is every instance of a stage."""
    many = _named("inputs", name, list, "is one file; ask input")
    return [(one["point"], one["path"]) for one in many]


def output(name):
    """The path where an output is to be written."""
    return _named("outputs", name, str)


def progress(done, total, unit, **values):
    """Says how far the work is: progress(3, 10, "rows", error=0.12)."""
    _say("progress", progress={"done": done, "total": total, "unit": unit, "values": values})


def keep(position, path):
    """Hands over a complete checkpoint: a file in `scratch`, whose name is free again at once."""
    global _kept
    _kept += 1
    taken = os.path.join(scratch, f".checkpoint-{_kept}")
    os.rename(path, taken)
    _say("checkpoint", checkpoint={"position": position, "path": taken})


def warn(message):
    """Tells the user something that does not stop the stage."""
    _say("warning", message=str(message))


def remark(message):
    """Tells something about the result that is told again wherever it is used."""
    _say("remark", message=str(message))


def fail(what, seen=None, hint=None):
    """Ends the stage with a failure in words, and no traceback."""
    said = {"what": str(what), "seen": seen, "hint": hint}
    _say("failed", **{key: str(value) for key, value in said.items() if value is not None})
    sys.exit(1)


def metrics(values, name="metrics"):
    """Writes an output of named numbers and series: {"share": 0.97, "error": [0.9, 0.4]}."""
    with open(output(name), "w", encoding="utf-8") as file:
        json.dump(values, file, indent=2, sort_keys=True, allow_nan=False)
        file.write("\n")


def _named(kind, name, shape, otherwise=""):
    if name not in _task[kind]:
        raise KeyError(f"no {name!r} among the {kind}: {', '.join(_task[kind]) or 'none'}")
    if not isinstance(_task[kind][name], shape):
        raise KeyError(f"{name} {otherwise}({name!r})")
    return _task[kind][name]


def _say(kind, **what):
    sys.stdout.write("\x1e" + json.dumps(_finite({"kind": kind, **what})) + "\n")
    sys.stdout.flush()


def _finite(value):
    """JSON has no NaN and no infinity."""
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
