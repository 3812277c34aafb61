"""Predictions that are too few to judge labels by."""

from __future__ import annotations

import pytest

from traindx.core.predicted_examples import predicted_cells, predicted_pictures
from traindx.core.prediction_findings import FEWEST
from traindx.core.predictions import Predictions, boxes_predicted, classes_predicted
from traindx.examine import judge

CODES = ("D508", "D509", "D510", "D511")


def few(count: int) -> tuple[Predictions, dict[str, object]]:
    facts = dict(predicted_cells(unlabelled=[3], renamed=[5], shifted=[8]))
    every = facts["predictions"]
    rows = [
        {name: getattr(every, name)[i] for name in ("image", "class_id", "score", "x", "y", "w", "h")}
        for i in range(count)
    ]
    return boxes_predicted(rows), facts


@pytest.mark.parametrize("count", [1, 5, FEWEST - 1])
def test_few_predictions_judge_no_label_and_say_so(count: int) -> None:
    predictions, facts = few(count)
    outcomes = {o.code: o for o in judge({**facts, "predictions": predictions}, select=CODES).outcomes}
    for code in CODES:
        assert outcomes[code].status == "skipped"
        assert outcomes[code].reason.startswith(f"{count} predicted boxes of pictures of the dataset are too few")


def test_enough_predictions_do() -> None:
    predictions, facts = few(FEWEST)
    outcomes = {o.code: o for o in judge({**facts, "predictions": predictions}, select=CODES).outcomes}
    assert all(outcomes[code].status in ("passed", "failed") for code in CODES)


def test_few_probabilities_judge_no_label() -> None:
    facts = predicted_pictures(renamed=[3])
    every = facts["predictions"]
    few = classes_predicted(every.image[: FEWEST - 1], every.probabilities[: FEWEST - 1])
    (outcome,) = judge({**facts, "predictions": few}, select=("D507",)).outcomes
    assert outcome.status == "skipped"
    assert outcome.reason.startswith(f"{FEWEST - 1} predicted pictures of the dataset are too few")
