"""Scores held-out rows with an exported model in XGBoost. Prints the largest differences from our own scores."""

import json
import sys
from pathlib import Path

import numpy as np
import xgboost as xgb

folder = Path(sys.argv[1])
names = json.loads((folder / "names.json").read_text())
ours = np.fromfile(folder / "probabilities.f64", dtype="<f8")
logits = np.fromfile(folder / "logits.f64", dtype="<f8")
rows = np.fromfile(folder / "held.f32", dtype="<f4").reshape(len(ours), len(names))

booster = xgb.Booster()
booster.load_model(folder / "model.json")
matrix = xgb.DMatrix(rows, feature_names=names)
probabilities = booster.predict(matrix)
margins = booster.predict(matrix, output_margin=True)
print(json.dumps({
    "rows": len(ours),
    "probability": float(np.max(np.abs(probabilities - ours))),
    "margin": float(np.max(np.abs(margins - logits))),
}))
