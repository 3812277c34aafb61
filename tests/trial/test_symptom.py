"""The symptom: which checks show it, on which part of a recording, and how many steps an arm needs."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from traindx.causes.lr_too_high import LR_TOO_HIGH
from traindx.core.example import falling, flat, recording_with
from traindx.core.recording import Recording
from traindx.trial.symptom import LEAST_STEPS, MOST_STEPS, failing, steps_needed, symptom_codes, until


def test_only_checks_that_speak_for_the_cause_are_its_symptom() -> None:
    codes = symptom_codes(LR_TOO_HIGH)
    assert "T201" in codes and "T101" in codes
    assert "T202" not in codes  # tiny updates speak against it


def test_a_loss_that_becomes_nan_is_seen() -> None:
    facts = {"recording": recording_with([*falling(steps=40), *[math.nan] * 20])}
    assert "T101" in {o.code for o in failing(facts, symptom_codes(LR_TOO_HIGH))}


def test_a_recording_cut_short_is_what_a_shorter_run_leaves() -> None:
    events = [{"kind": "event", "event": "nonfinite", "step": 50}]
    full = recording_with(falling(steps=60), events=events)
    short = until(full, 40)
    assert len(short.step) == len(short.loss) == len(short.calls) == len(short.details) == 40
    assert short.ending == "cut" and not short.events
    assert until(full, 60) is full
    np.testing.assert_array_equal(short.per_parameter("grad"), full.per_parameter("grad")[:40])


def slow(losses: list[float], ending: str = "finished") -> Recording:
    """A recording whose steps took ten seconds each."""
    made = recording_with(losses)
    return replace(made, time=made.step * 10.0, ending=ending)  # type: ignore[arg-type]


def test_an_arm_runs_twice_as_long_as_the_symptom_took_to_show() -> None:
    needed = steps_needed({"recording": slow([*falling(steps=200), *[math.nan] * 200])}, ("T101",))
    assert 400 < needed <= 800


def test_an_early_symptom_still_gets_the_least_steps() -> None:
    assert steps_needed({"recording": slow([2.3, *[math.nan] * 199])}, ("T101",)) == LEAST_STEPS


def test_a_loss_that_never_falls_is_given_as_long_again_as_the_check_needs_to_say_so() -> None:
    needed = steps_needed({"recording": slow(flat(steps=300))}, ("T103",))
    assert LEAST_STEPS <= needed <= 100


def test_without_a_symptom_an_arm_has_the_least_steps() -> None:
    assert steps_needed({"recording": slow(falling(steps=900))}, ("T101",)) == LEAST_STEPS
    assert steps_needed({}, ("T101",)) == LEAST_STEPS


def test_cheap_steps_are_not_cut_before_ten_seconds_or_the_end_of_the_run() -> None:
    tenths = recording_with(falling(steps=900))  # a tenth of a second each
    assert steps_needed({"recording": tenths}, ("T101",)) == 100
    quick = replace(tenths, time=tenths.step * 1e-3)
    assert steps_needed({"recording": quick}, ("T101",)) == 900
    assert steps_needed({"recording": replace(quick, ending="raised")}, ("T101",)) == MOST_STEPS
