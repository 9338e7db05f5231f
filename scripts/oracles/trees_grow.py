"""Grows trees by XGBoost from the same bins, one tree at a time from the margins that our trees lead to, and compares split by split.

A split counts as equal if it divides the rows alike: two thresholds with no row between them are one split, and so are two that divide missing
values from all others, one with them on the left and one on the right. Where one differs, the two gains are worked out from the rows in 64
bits, and what lies below it is not compared.
"""

import json
import sys
from pathlib import Path

import numpy as np
import xgboost as xgb
from sklearn.metrics import roc_auc_score

folder = Path(sys.argv[1])
given = json.loads((folder / "trees.json").read_text())
clause, base, width = given["clause"], np.float32(given["base"]), given["columns"]


def read(name):
    labels = np.fromfile(folder / f"{name}-labels.u8", dtype=np.uint8)
    return np.fromfile(folder / f"{name}-bins.f32", dtype="<f4").reshape(len(labels), width), labels


rows, labels = read("train")
held, held_labels = read("held")
PARAMETERS = {
    "objective": "binary:logistic", "tree_method": "hist", "max_depth": clause["depth"], "eta": clause["learningRate"], "lambda": clause["lambda"],
    "gamma": clause["gamma"], "min_child_weight": clause["childWeightMin"], "max_bin": 256, "nthread": 1, "base_score": 0.5,
}


def goes_right(table, column, cut, missing_right):
    values = table[:, column]
    return np.where(np.isnan(values), missing_right, values >= cut)


def margins_after(table, margins, tree):
    node = np.zeros(len(table), dtype=np.int64)
    for _ in range(clause["depth"]):
        for split in np.unique(node):
            if tree["column"][split] >= 0:
                here = np.flatnonzero(node == split)
                right = goes_right(table[here], tree["column"][split], tree["cut"][split], tree["missingRight"][split])
                node[here] = tree["left"][split] + right
    return margins + np.asarray(tree["value"], dtype=np.float32)[node]


def gain(g, h, right):
    def score(part):
        return g[part].sum() ** 2 / (h[part].sum() + clause["lambda"])

    return score(right) + score(~right) - score(np.ones(len(g), dtype=bool))


def compare(tree, theirs, margins):
    """Splits that were sought among the same rows, how many are equal, and the largest relative difference of gains among the others."""
    p = 1 / (1 + np.exp(-margins.astype(np.float64)))
    g, h = p - labels, p * (1 - p)
    splits, equal, gap = 0, 0, 0.0
    waiting = [(0, 0, np.arange(len(rows)))]
    while waiting:
        a, b, here = waiting.pop()
        is_split = [tree["column"][a] >= 0, theirs["left_children"][b] >= 0]
        if not any(is_split):
            continue
        splits += 1
        rights = []
        if is_split[0]:
            rights.append(goes_right(rows[here], tree["column"][a], tree["cut"][a], tree["missingRight"][a]))
        if is_split[1]:
            rights.append(goes_right(rows[here], theirs["split_indices"][b], theirs["split_conditions"][b], not theirs["default_left"][b]))
        if len(rights) == 2 and (np.array_equal(*rights) or np.array_equal(rights[0], ~rights[1])):
            equal += 1
            sides = [theirs["left_children"][b], theirs["right_children"][b]]
            if not np.array_equal(*rights):
                sides.reverse()
            waiting.append((tree["left"][a], sides[0], here[~rights[0]]))
            waiting.append((tree["left"][a] + 1, sides[1], here[rights[0]]))
        else:
            gains = [gain(g[here], h[here], right) for right in rights] + [0.0] * (2 - len(rights))
            gap = max(gap, abs(gains[0] - gains[1]) / max(gains))
    return splits, equal, gap


matrix = xgb.QuantileDMatrix(rows, label=labels, max_bin=256, nthread=1)
margins = np.full(len(rows), base, dtype=np.float32)
held_margins = np.full(len(held), base, dtype=np.float32)
splits, equal, gap = 0, 0, 0.0
for tree in given["trees"]:
    matrix.set_base_margin(margins)
    booster = xgb.train(PARAMETERS, matrix, 1)
    theirs = json.loads(booster.save_raw("json"))["learner"]["gradient_booster"]["model"]["trees"][0]
    found = compare(tree, theirs, margins)
    splits, equal, gap = splits + found[0], equal + found[1], max(gap, found[2])
    margins = margins_after(rows, margins, tree)
    held_margins = margins_after(held, held_margins, tree)

alone = xgb.train({**PARAMETERS, "base_score": float(1 / (1 + np.exp(-np.float64(base))))},
                  xgb.QuantileDMatrix(rows, label=labels, max_bin=256, nthread=1), clause["trees"])
print(json.dumps({
    "splits": splits, "equal": equal, "gap": float(gap),
    "ours": float(roc_auc_score(held_labels, held_margins)), "theirs": float(roc_auc_score(held_labels, alone.predict(xgb.DMatrix(held)))),
}))
