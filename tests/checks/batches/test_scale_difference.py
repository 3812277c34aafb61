"""How streams of batches are told apart: by a factor, by a shift, and not by what augmentation does."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from traindx.core.network_inputs import Inputs
from traindx.core.scale_difference import Stream, factor, shift, stream


def inputs(low: float, high: float, mean: float, std: float, texture: Sequence[float] = ()) -> Inputs:
    return Inputs(0, (8, 1, 28, 28), "float32", low, high, (mean,), (std,), tuple(texture))


def of(*batches: Inputs) -> Stream:
    found = stream(batches)
    assert found is not None
    return found


UNIT = of(inputs(0, 1, 0.45, 0.25, (0.05, 0.08, 0.1)), inputs(0, 1, 0.47, 0.24, (0.05, 0.08, 0.1)))


@pytest.mark.parametrize("scale", [1 / 255, 0.5, 2.0, 255.0])
def test_a_scale_two_apart_or_more_is_told(scale: float) -> None:
    other = inputs(0, scale, 0.46 * scale, 0.25 * scale, [0.05 * scale, 0.08 * scale, 0.1 * scale])
    assert factor(UNIT, of(other)) == pytest.approx(0.25 * scale / UNIT.deviation)


def test_noise_widens_the_range_and_is_no_other_scale() -> None:
    assert factor(UNIT, of(inputs(-2, 3, 0.46, 0.6, (0.6, 0.6, 0.6)))) is None


def test_ends_that_move_from_batch_to_batch_need_a_larger_factor() -> None:
    soft = of(*(inputs(-n, n, 0.0, 1.0) for n in (3.0, 4.0, 5.0)))
    assert not soft.hard
    assert factor(soft, of(inputs(-8, 8, 0.0, 2.0))) is None
    assert factor(soft, of(inputs(-20, 20, 0.0, 5.0))) is not None


def test_a_mean_that_was_taken_off_is_a_shift_and_a_darker_picture_is_none() -> None:
    assert shift(UNIT, of(inputs(-0.45, 0.55, 0.01, 0.25))) == pytest.approx(-0.45)
    assert shift(UNIT, of(inputs(0.0, 0.8, 0.2, 0.2))) is None


def test_batches_of_one_colour_or_of_nan_say_nothing() -> None:
    assert stream([inputs(0.5, 0.5, 0.5, 0.0), inputs(float("nan"), 1, 0.5, 0.2)]) is None
