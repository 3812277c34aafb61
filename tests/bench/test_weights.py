"""Weights of clues from results."""

import math

from tests.bench.examples import result
from weights import estimate


def runs(cause, failed, passed, skipped=0):
    statuses = ["failed"] * failed + ["passed"] * passed + ["skipped"] * skipped
    return [result(cause, (), seed=i, outcomes={"T201": status}) for i, status in enumerate(statuses)]


def test_the_weights_are_smoothed_log_likelihood_ratios():
    weight = estimate(runs("lr-too-high", 7, 0) + runs("healthy", 0, 90), "T201", "lr-too-high")
    assert weight.if_seen is not None
    assert weight.if_absent is not None
    assert math.isclose(weight.if_seen, math.log(8 / 9) - math.log(1 / 92))
    assert math.isclose(weight.if_absent, math.log(1 / 9) - math.log(91 / 92))


def test_runs_in_which_the_check_could_not_look_count_for_neither():
    weight = estimate(runs("lr-too-high", 3, 1, skipped=5) + runs("healthy", 1, 2, skipped=4), "T201", "lr-too-high")
    assert (weight.seen, weight.runs, weight.seen_without, weight.runs_without) == (3, 4, 1, 3)


def test_a_check_that_never_looked_says_nothing():
    assert estimate(runs("lr-too-high", 0, 0, skipped=3), "T201", "lr-too-high").if_seen is None


def test_a_check_that_never_failed_does_not_speak_for_a_cause_with_few_runs():
    weight = estimate(runs("lr-too-high", 0, 7) + runs("healthy", 0, 90), "T201", "lr-too-high")
    assert weight.if_seen is None


def test_a_check_that_fails_with_other_causes_only_speaks_against():
    weight = estimate(runs("lr-too-high", 0, 20) + runs("dead-relu", 30, 0), "T201", "lr-too-high")
    assert weight.if_seen is not None
    assert weight.if_seen < -2
