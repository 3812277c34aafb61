"""The loss of guessing."""

import math

import pytest

from traindx.core.chance import chance_of


def binary(ones: int, zeros: int, shape: list[int], **settings: object) -> list[dict[str, object]]:
    call = {"name": "binary_cross_entropy_with_logits", "shape": shape, **settings}
    return [{"loss_call": call, "targets": {"form": "binary", "classes": {"0": zeros, "1": ones}}}]


def test_guessing_among_classes_costs_the_logarithm_of_their_number() -> None:
    assert chance_of([{"loss_call": {"name": "cross_entropy", "classes": 7}}]) == math.log(7)


def test_guessing_a_rare_yes_costs_less_than_that_of_an_even_one() -> None:
    assert chance_of(binary(16, 16, [32])) == pytest.approx(math.log(2))
    assert chance_of(binary(1, 31, [32, 1])) == pytest.approx(0.139, abs=1e-3)


def test_several_scores_or_weights_leave_it_unknown() -> None:
    assert chance_of(binary(16, 16, [32, 4])) is None
    assert chance_of(binary(16, 16, [32], pos_weight=True)) is None
    assert chance_of([{"loss_call": {"name": "mse_loss", "shape": [32]}}]) is None
    assert chance_of([{}]) is None
