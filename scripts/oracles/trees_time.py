"""Grows trees by XGBoost whenever a line arrives: the line says how many, and on how many threads. Answers with the milliseconds it took, binning
left out: rows are given by bin, and are quantised once, before the first line is read."""

import json
import sys
import time
from pathlib import Path

import numpy as np
import xgboost as xgb

folder = Path(sys.argv[1])
given = json.loads((folder / "given.json").read_text())
labels = np.fromfile(folder / "labels.u8", dtype=np.uint8)
rows = np.fromfile(folder / "bins.f32", dtype="<f4").reshape(len(labels), given["columns"])
matrix = xgb.QuantileDMatrix(rows, label=labels, max_bin=256)
print(json.dumps({"ready": f"XGBoost {xgb.__version__}"}), flush=True)

for line in sys.stdin:
    asked = json.loads(line)
    parameters = {
        "objective": "binary:logistic", "tree_method": "hist", "max_bin": 256, "max_depth": given["depth"], "eta": given["learningRate"],
        "lambda": given["lambda"], "gamma": given["gamma"], "min_child_weight": given["childWeightMin"], "nthread": asked["threads"],
    }
    start = time.perf_counter()
    xgb.train(parameters, matrix, asked["trees"])
    print(json.dumps({"ms": 1000 * (time.perf_counter() - start)}), flush=True)
