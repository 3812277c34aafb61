"""What batch norms tell in the twins of a step."""

from __future__ import annotations

import pytest
import torch

from traindx.core.twin_plan import Trial
from traindx.recorder.twin_norms import TwinNorms


@pytest.mark.parametrize("before", [0, 1])
def test_a_network_is_trained_where_its_statistics_were_others_before_the_step(before: int) -> None:
    """A step of two passes (sharpness-aware, adversarial) moves them itself."""
    norms, layer = TwinNorms(torch), torch.nn.BatchNorm2d(3)
    for _ in range(before):
        layer(torch.rand(4, 3, 5, 5))
    norms.begin(Trial("base", "first", 0))
    for _ in range(2):
        mean, variance = layer.running_mean, layer.running_var
        norms.called(torch.nn.functional.batch_norm, torch.rand(4, 3, 5, 5), mean, variance, training=True)
    norms.end()
    assert norms.trained is bool(before)
