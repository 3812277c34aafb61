"""How mixed batches are, against chance."""

from __future__ import annotations

import numpy as np
import pytest

from traindx.core.batch_classes import mixed_batches


@pytest.mark.parametrize("classes, size", [(2, 8), (10, 32), (100, 32), (10, 256)])
def test_random_batches_come_near_to_chance(classes: int, size: int) -> None:
    drawn = np.random.default_rng(0).integers(0, classes, (40, size))
    found = mixed_batches([{float(c): float((row == c).sum()) for c in set(row.tolist())} for row in drawn])
    assert found is not None and 0.75 < found.share < 1.25


def test_sorted_batches_lie_far_below() -> None:
    found = mixed_batches([{float(n // 4): 32.0} for n in range(40)])
    assert found is not None and found.share == 0 and found.alike == 1


def test_one_class_alone_cannot_be_judged() -> None:
    assert mixed_batches([{0.0: 32.0}] * 40) is None
