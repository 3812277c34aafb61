"""What changed at a moment: every curve before and there, and what happened near it."""

from __future__ import annotations

import pytest

from tests.core.test_timeline import passes
from traindx.core.example import falling, flat, recording_with
from traindx.core.history import history_of
from traindx.core.moment import what_happened
from traindx.errors import TraindxError


def broken() -> dict[str, object]:
    rates = [0.01 if i < 60 else 0.1 for i in range(100)]
    return {
        "recording": recording_with(
            [*falling(), *flat(level=2.2, steps=40)], lr=rates, events=passes(0, 20, 40, 60, 80)
        )
    }


def rows_of(facts: dict[str, object], at: str) -> dict[str, tuple[str, ...]]:
    return {str(row[0]): tuple(map(str, row[1:])) for row in what_happened(facts, at).rows}


def test_a_break_is_placed_and_the_rate_that_jumped_there_named() -> None:
    found = rows_of(broken(), "4")
    assert found["largest rise of the loss"][2].startswith("it begins at step 60 ")
    assert found["learning rate"] == ("0.01", "0.1", "10 times")
    assert ("event at 60", "", "the rate goes from 0.01 to 0.1", "") in what_happened(broken(), "4").rows


def test_where_nothing_happened_it_says_so_and_rules_the_rate_out() -> None:
    found = rows_of(
        {"recording": recording_with(falling(steps=100), lr=[0.1 - 0.0001 * i for i in range(100)])}, "step:50"
    )
    assert found["learning rate"][2].endswith("ruled out as the cause of a break")
    assert found["largest rise of the loss"][2].startswith("no break")
    assert found["events"][1] == "none"


def test_a_number_is_an_epoch_where_there_are_that_many_and_else_a_step() -> None:
    assert what_happened(broken(), "4").title == "At epoch 4 (steps 60 to 79)"
    assert what_happened(broken(), "70").title == "At step 70"


def test_a_log_is_compared_with_the_epochs_before() -> None:
    rows = [{"train/loss": 1.0 - 0.01 * i, "val/loss": 3.0 if i == 13 else 1.0 + 0.01 * (i % 3)} for i in range(20)]
    found = rows_of({"history": history_of(rows)}, "14")
    assert found["validation loss"][1] == "3" and "times its noise" in found["validation loss"][2]


@pytest.mark.parametrize("at", ["soon", "epoch:99", "step:4000", "-1"])
def test_a_moment_that_there_is_not_is_refused(at: str) -> None:
    with pytest.raises(TraindxError):
        what_happened(broken(), at)


def test_one_rate_and_a_loss_of_one_part_stand_once() -> None:
    rows = [{"train/loss": 2.0 - 0.1 * n, "lr/pg0": 0.1, "lr/pg1": 0.1} for n in range(12)]
    names = [row[0] for row in what_happened({"history": history_of(rows)}, "8").rows]
    assert names.count("learning rate") == 1 and "training loss loss" not in names
