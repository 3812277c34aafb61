"""Losses written by hand: which shapes met in their difference."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from traindx.recorder.probes.differences import difference

model, x, y = nn.Linear(4, 1), torch.randn(8, 4), torch.randn(8)


@pytest.mark.parametrize(
    "loss",
    [
        ((model(x) - y) ** 2).mean(),
        torch.abs(y - model(x)).sum() / 8,
        torch.sqrt(torch.square(model(x) - y).mean()) + 0.1 * model.weight.norm(),
    ],
)
def test_a_column_of_predictions_minus_a_row_of_targets_is_seen(loss: Tensor) -> None:
    assert difference(loss.grad_fn) == ((8, 8), (8, 1))


@pytest.mark.parametrize(
    "loss",
    [
        ((model(x).squeeze(1) - y) ** 2).mean(),
        ((model(x) - model(x).T) ** 2).mean(),
        (1 - torch.sigmoid(model(x))).log().mean(),
        nn.functional.cross_entropy(nn.functional.pad(model(x), (0, 2)), torch.zeros(8, dtype=torch.long)),
    ],
)
def test_equal_shapes_pairs_of_scores_and_numbers_are_not(loss: Tensor) -> None:
    assert difference(loss.grad_fn) is None
