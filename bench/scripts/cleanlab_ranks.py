"""Cleanlab's rankings of the same labels by the same predictions; runs where cleanlab is installed.

python cleanlab_ranks.py classes IN.npz OUT.npz     probabilities, labels -> one array per method, low is bad
python cleanlab_ranks.py boxes IN.json OUT.json     labels and predictions per picture -> scores per box, low is bad
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np


def classes(source: str, target: str) -> None:
    """Scores of the three methods of cleanlab.rank, and which labels filter.find_label_issues names."""
    from cleanlab.filter import find_label_issues
    from cleanlab.rank import get_label_quality_scores

    with np.load(source) as held:
        labels, probabilities = held["labels"], held["probabilities"].astype(float)
    methods = ("self_confidence", "normalized_margin", "confidence_weighted_entropy")
    made = {m: get_label_quality_scores(labels, probabilities, method=m) for m in methods}
    made["issues"] = find_label_issues(labels, probabilities)
    adjusted = get_label_quality_scores(labels, probabilities, method="normalized_margin", adjust_pred_probs=True)
    np.savez(target, **made, adjusted_margin=adjusted)


def boxes(source: str, target: str) -> None:
    """ObjectLab's scores of every label (badloc, swap) and of every prediction (overlooked), at two thresholds."""
    from cleanlab.object_detection.rank import (
        compute_badloc_box_scores,
        compute_overlooked_box_scores,
        compute_swap_box_scores,
    )

    pictures = json.loads(Path(source).read_text())
    classes = pictures["classes"]
    labels = [
        {"bboxes": np.array(p["boxes"], float).reshape(-1, 4), "labels": np.array(p["classes"], int)}
        for p in pictures["pictures"]
    ]
    predictions = []
    for p in pictures["pictures"]:
        table = np.array(p["predictions"], float).reshape(-1, 6)
        by_class = np.empty(classes, dtype=object)
        for k in range(classes):
            by_class[k] = table[table[:, 5] == k, :5]
        predictions.append(by_class)
    start = time.time()
    made: dict[str, object] = {}
    for high in (0.95, 0.5):
        given = {"labels": labels, "predictions": predictions, "high_probability_threshold": high}
        made[f"overlooked {high}"] = [s.tolist() for s in compute_overlooked_box_scores(**given)]
        made[f"swap {high}"] = [s.tolist() for s in compute_swap_box_scores(**given)]
    badloc = compute_badloc_box_scores(labels=labels, predictions=predictions)
    made["badloc"] = [s.tolist() for s in badloc]
    made["seconds"] = time.time() - start
    Path(target).write_text(json.dumps(made))


if __name__ == "__main__":
    {"classes": classes, "boxes": boxes}[sys.argv[1]](*sys.argv[2:])
