"""Mean and spread of columns: a stage that is a Python program.

    statistics.py PARAMS.json RESULT.json TABLE.csv...
"""

import csv
import json
import sys

params_file, result_file, *tables = sys.argv[1:]
with open(params_file) as file:
    params = json.load(file)

result = {}
for number, table in enumerate(tables, start=1):
    # Where the engine is: a record separator, and one message a line.
    progress = {"done": number, "total": len(tables), "unit": "tables"}
    print("\x1e" + json.dumps({"kind": "progress", "progress": progress}), flush=True)
    with open(table, newline="") as file:
        values = [float(row[params["column"]]) for row in csv.DictReader(file)]
    mean = sum(values) / len(values)
    spread = (sum((value - mean) ** 2 for value in values) / len(values)) ** 0.5
    result[f"table {number}"] = {
        "mean": round(mean, params["digits"]),
        "spread": round(spread, params["digits"]),
    }

with open(result_file, "w") as file:
    json.dump(result, file, indent=2, sort_keys=True)
    file.write("\n")
