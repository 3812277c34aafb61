"""Several cures for one symptom."""

from __future__ import annotations

from traindx.causes.lr_too_high import LR_TOO_HIGH
from traindx.causes.missing_zero_grad import MISSING_ZERO_GRAD
from traindx.causes.unscaled_inputs import UNSCALED_INPUTS
from traindx.core.report import Trial
from traindx.trial.rivals import settle


def trial(effect: float, spread: float = 0.02) -> Trial:
    return Trial("confirmed", "undone", "the loss fell", effect, spread, (), 1.0)


def test_the_cause_whose_undoing_helps_less_is_left_open() -> None:
    settled = settle([(LR_TOO_HIGH, trial(0.3)), (UNSCALED_INPUTS, trial(0.8))])
    assert settled["unscaled-inputs"].verdict == "confirmed"
    assert settled["lr-too-high"].verdict == "inconclusive"
    assert settled["lr-too-high"].sentence.endswith("undoing unscaled-inputs helps more (80% against 30%)")


def test_cures_that_help_alike_are_both_confirmed() -> None:
    settled = settle([(LR_TOO_HIGH, trial(0.7, spread=0.2)), (UNSCALED_INPUTS, trial(0.8))])
    assert {t.verdict for t in settled.values()} == {"confirmed"}


def test_an_exact_fact_has_no_rival() -> None:
    settled = settle([(MISSING_ZERO_GRAD, trial(0.1)), (LR_TOO_HIGH, trial(0.8))])
    assert settled["missing-zero-grad"].verdict == "confirmed"


def test_a_cause_that_no_check_sees_yields_to_one_that_is_seen_and_to_one_that_gains_more() -> None:
    pair = [(UNSCALED_INPUTS, trial(0.3)), (LR_TOO_HIGH, trial(0.8))]
    seen = settle(pair, unseen=("lr-too-high",))
    assert seen["unscaled-inputs"].verdict == "confirmed"
    assert seen["lr-too-high"].verdict == "inconclusive"
    assert seen["lr-too-high"].sentence.endswith("what is seen to be wrong is unscaled-inputs")
    neither = settle([(MISSING_ZERO_GRAD, trial(0.1)), (LR_TOO_HIGH, trial(0.8))], ("missing-zero-grad", "lr-too-high"))
    assert [t.verdict for t in neither.values()] == ["inconclusive", "confirmed"]
