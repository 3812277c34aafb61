"""Where a curve breaks, against curves whose break is known."""

from __future__ import annotations

import numpy as np
import pytest

from traindx.core.onset import rise_in


@pytest.mark.parametrize("at", [30, 100, 170])
@pytest.mark.parametrize("seed", range(5))
def test_the_first_step_of_a_new_level_lies_in_the_interval(at: int, seed: int) -> None:
    loss = np.random.default_rng(seed).normal(0.0, 0.1, 200) + np.where(np.arange(200) < at, 0.5, 2.0)
    found = rise_in(loss)
    assert found is not None and found.low <= at <= found.high and abs(found.at - at) <= 1
    assert found.rise == pytest.approx(1.5, abs=0.2) and found.noise == pytest.approx(0.1, rel=0.4)


def test_the_interval_is_wider_where_the_noise_is_larger() -> None:
    noise = np.random.default_rng(0).normal(0.0, 1.0, 400)
    widths = []
    for scale in (0.1, 1.0):
        found = rise_in(scale * noise + np.where(np.arange(400) < 250, 0.0, 1.5))
        assert found is not None
        widths.append(found.high - found.low)
    assert widths[0] < widths[1]


def test_of_two_breaks_the_one_that_is_asked_for_is_found() -> None:
    loss = np.concatenate([np.zeros(60), np.ones(60), np.full(60, 4.0)]) + np.random.default_rng(0).normal(0, 0.05, 180)
    first, largest = rise_in(loss, near=58), rise_in(loss)
    assert first is not None and largest is not None and (first.at, largest.at) == (60, 120)


def test_a_loss_that_ends_in_infinities_counts_as_its_largest() -> None:
    loss = np.concatenate([np.linspace(2, 1, 60), np.full(40, 9.0), [np.inf] * 5])
    found = rise_in(loss)
    assert found is not None and found.at == 60


@pytest.mark.parametrize("loss", [[], [1.0] * 9, [np.nan] * 50])
def test_too_few_values_have_no_break(loss: list[float]) -> None:
    assert rise_in(np.array(loss, dtype=np.float64)) is None
