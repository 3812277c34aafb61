"""Which of two runs came farther, where one of them was longer, and where curves are nearly the same."""

import numpy as np
import pytest

from traindx.core.history import history_of
from traindx.core.run_results import Result, results, worse_of


def found(a: list[float], b: list[float]) -> Result | None:
    sides = ({"history": history_of([{"metric/mAP50": v} for v in values])} for values in (a, b))
    return worse_of(results(*sides))


def test_the_lower_metric_is_the_worse() -> None:
    decides = found([0.1, 0.4, 0.8], [0.1, 0.2, 0.3])
    assert decides is not None and (decides.worse, decides.a, decides.b) == ("B", "0.8", "0.3")


def test_a_run_that_is_only_shorter_is_not_the_worse() -> None:
    assert found([0.1, 0.4], [0.1, 0.4, 0.6, 0.8]) is None


def test_a_run_that_was_behind_and_is_ahead_at_its_end_is_not_the_worse() -> None:
    assert found([0.5, 0.7], [0.1, 0.2, 0.6, 0.9]) is None
    behind = results(
        *({"history": history_of([{"metric/mAP50": v} for v in s])} for s in ([0.5, 0.7], [0.1, 0.2, 0.9]))
    )
    assert behind[0].b == "0.9 (0.2 after 2 validations)"


def test_a_longer_run_that_is_behind_all_along_is_the_worse() -> None:
    decides = found([0.5, 0.7], list(np.linspace(0.1, 0.4, 9)))
    assert decides is not None and decides.worse == "B"


@pytest.mark.parametrize("other", [[0.1, 0.4, 0.81], [0.1, 0.4, 0.79]])
def test_a_hundredth_of_a_metric_is_no_difference(other: list[float]) -> None:
    assert found([0.1, 0.4, 0.8], other) is None
