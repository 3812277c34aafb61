"""Which trials of a bad step are made, and which samples they name."""

from __future__ import annotations

from typing import Any

import pytest

from traindx.core.trials_of_replay import guilty_samples, next_trial


def searched(guilty: set[int], samples: int, **more: Any) -> list[dict[str, Any]]:
    """All trials of a step that is bad when one of the guilty samples is in it."""
    done: list[dict[str, Any]] = []
    while (trial := next_trial(done, batches=1, samples=samples, jump=False)) is not None:
        if trial.kind == "only":
            bad = bool(guilty & set(trial.rows))
        elif trial.kind == "without":
            bad = bool(guilty - set(trial.rows))
        else:
            bad = trial.kind == "again"
        done.append({"trial": trial.to_json(), "bad": bad, "half": False, "state": False, "error": "", **more})
        assert len(done) < 50
    return done


@pytest.mark.parametrize(("guilty", "samples"), [({5}, 8), ({0}, 2), ({3, 12}, 16), ({6}, 7)])
def test_a_search_by_halves_finds_the_samples(guilty: set[int], samples: int) -> None:
    done = searched(guilty, samples, rows=None)
    assert set(guilty_samples(done, samples)) == guilty
    assert len(done) <= 1 + 4 * len(guilty) * samples.bit_length()


def test_a_step_that_every_sample_makes_bad_names_none() -> None:
    done = searched(set(range(16)), 16, rows=None)
    assert guilty_samples(done, 16) == [] and len(done) == 7


def test_samples_that_an_operation_named_are_tried_without_and_alone() -> None:
    done = searched({2}, 8, rows=[2])
    assert [r["trial"]["kind"] for r in done] == ["again", "without", "only"]
    assert [r["bad"] for r in done] == [True, False, True]


def test_precision_and_weights_are_asked_about_only_where_they_can_differ() -> None:
    done = searched({2}, 8, rows=list(range(8)), half=True, state=True)
    assert [r["trial"]["kind"] for r in done] == ["again", "full_precision", "own_weights"]


def test_a_step_that_is_finite_again_is_tried_with_each_of_its_batches_and_left() -> None:
    finite = {"trial": {"kind": "again", "batch": 0, "rows": []}, "bad": False}
    first = next_trial([finite], batches=2, samples=8, jump=False)
    assert first is not None and (first.kind, first.batch) == ("again", 1)
    assert next_trial([finite, finite], batches=2, samples=8, jump=False) is None
