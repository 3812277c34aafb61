"""Another dose of a treatment."""

from __future__ import annotations

import pytest

from traindx.causes.lr_too_high import LR_TOO_HIGH
from traindx.core.example import flat, recording_with
from traindx.core.report import Arm
from traindx.core.setup import Setup
from traindx.core.treatment import Treatment, scale_lr, train_mode
from traindx.trial.doses import first_dose, other_dose
from traindx.trial.question import Answer, Question
from traindx.trial.rules import Ruling


def tried(
    treatment: Treatment, codes: set[str], learned: float, *, refuted: bool = False, failed: str | None = None
) -> Answer:
    question = Question(LR_TOO_HIGH, treatment, (), 60, Setup((), "", "pytorch"))
    arm = Arm("undone", 0, 60, bool(codes), learned, 1.0, failed=failed)
    ruling = Ruling("refuted", "") if refuted else None
    return Answer(question, (arm,), (), ("T103", "T201"), (frozenset(codes),), ruling)


def factor(*answers: Answer) -> float | None:
    dose = other_dose(answers)
    return float(dose["factor"]) if dose else None  # type: ignore[arg-type]


def test_a_lowered_rate_that_is_still_too_high_is_lowered_again() -> None:
    assert factor(tried(scale_lr(1 / 30), {"T201"}, -1.0)) == pytest.approx(1 / 900)


def test_a_rate_lowered_so_far_that_nothing_is_learned_is_lowered_less() -> None:
    assert factor(tried(scale_lr(1 / 25), set(), 0.0, refuted=True)) == pytest.approx(1 / 5)


def test_a_raised_rate_that_blows_the_run_up_is_raised_less_and_one_that_does_nothing_more() -> None:
    assert factor(tried(scale_lr(100), {"T103"}, -1.0)) == pytest.approx(10)
    assert factor(tried(scale_lr(100), {"T103"}, 0.0)) == pytest.approx(10_000)


def test_between_a_dose_that_overshoots_and_one_that_stands_still_lies_a_third() -> None:
    overshoots, still = tried(scale_lr(1 / 30), {"T201", "T103"}, -1.0), tried(scale_lr(1 / 900), {"T103"}, 0.0)
    assert factor(overshoots, still) == pytest.approx(30**-1.5)
    assert factor(overshoots, still, still) is None


def test_a_second_dose_that_helps_more_and_not_enough_is_followed_by_a_third_the_same_way() -> None:
    little, more = tried(scale_lr(100), {"T103", "T202"}, 0.0), tried(scale_lr(10_000), {"T105"}, 0.13)
    assert factor(little, more) == pytest.approx(1e6)


def test_doses_that_fail_alike_have_nothing_between_them() -> None:
    assert factor(tried(scale_lr(1 / 30), {"T103"}, 0.0), tried(scale_lr(1 / 900), {"T103"}, 0.0)) is None


def test_what_cures_has_the_right_dose() -> None:
    assert factor(tried(scale_lr(1 / 30), set(), 0.7)) is None


def test_a_treatment_without_a_number_has_one_dose() -> None:
    assert factor(tried(train_mode(), {"T103"}, 0.0)) is None


def test_an_arm_that_ran_out_of_time_says_nothing_about_the_dose() -> None:
    assert factor(tried(scale_lr(1 / 30), {"T103"}, 0.0, failed="was stopped")) is None


@pytest.mark.parametrize(
    ("ratio", "asked", "given"),
    [(1e-6, 100, 1e4), (0.01, 100, 100), (0.3, 1 / 30, 1 / 30), (3.0, 1 / 30, 1 / 300), (0.01, 1 / 30, 1 / 30)],
)
def test_the_first_dose_makes_updates_as_large_as_they_usually_are(ratio: float, asked: float, given: float) -> None:
    dose = first_dose(scale_lr(asked), recording_with(flat(), update_ratio=ratio))
    assert dose["factor"] == pytest.approx(given, rel=0.05)


def test_a_rate_that_was_raised_by_what_the_updates_lack_is_moved_in_steps_from_there() -> None:
    assert factor(tried(scale_lr(2e5), {"T103"}, -1.0)) == pytest.approx(2e4)
    assert factor(tried(scale_lr(2e5), {"T103"}, 0.0)) == pytest.approx(2e7)


def test_without_measured_updates_the_treatment_stands() -> None:
    assert first_dose(scale_lr(100), None) == scale_lr(100)
    assert first_dose(train_mode(), recording_with(flat())) == train_mode()
