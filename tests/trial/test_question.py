"""A question answered on recordings, and the sentence that says so."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from traindx.causes.clip_too_tight import CLIP_TOO_TIGHT
from traindx.causes.left_in_eval_mode import LEFT_IN_EVAL_MODE
from traindx.causes.lr_too_high import LR_TOO_HIGH
from traindx.core.cause import Cause
from traindx.core.example import falling, flat, recording_with
from traindx.core.recording import Layer, Recording
from traindx.core.setup import Setup
from traindx.trial.arms import Done
from traindx.trial.question import Question, answer, symptom_of
from traindx.trial.rules import Kind, Run
from traindx.trial.wording import sentence

SETUP = Setup(("python", "train.py"), "/home", "pytorch")
NAN = [*falling(2.3, 2.0, 9), *[math.nan] * 51]


def done(kind: Kind, seed: int, recording: Recording | None, failed: str | None = None) -> Done:
    return Done(Run(kind, seed, 2.0, recording, failed), Path("/arm"), 0)


def question(cause: Cause = LR_TOO_HIGH, known: tuple[str, ...] = ("T101",)) -> Question:
    assert cause.undo is not None
    return Question(cause, cause.undo, known, 60, SETUP)


def test_a_rate_that_blew_the_run_up_is_confirmed_in_words() -> None:
    controls = [done("control", s, recording_with(NAN)) for s in (0, 1)]
    undone = [done("undone", s, recording_with(falling(2.3, 0.66 + s / 100))) for s in (0, 1)]
    seen = answer(question(), controls, undone, 2)
    assert seen.ruling is not None and seen.ruling.verdict == "confirmed"
    assert sentence(seen) == (
        "with learning rate × 0.0333 the loss fell by 69% (2 of 2 seeds); "
        "unchanged the loss became nan or infinite at step 9 (2 of 2). "
        "T101 failed in 2 of 2 unchanged runs and in 0 of 2 undone ones"
    )


def test_a_run_that_learns_no_better_with_a_lower_rate_is_refuted_in_words() -> None:
    controls = [done("control", 0, recording_with(flat()))]
    undone = [done("undone", 0, recording_with(flat(2.31)))]
    seen = answer(question(known=("T103",)), controls, undone, 2)
    assert seen.ruling is not None and seen.ruling.verdict == "refuted"
    assert sentence(seen).endswith("The trouble stayed with it undone")
    assert "stayed where it began (1 of 1)" in sentence(seen)


def test_a_healthy_control_refutes_in_words() -> None:
    healthy, slower = recording_with(falling()), recording_with(falling(2.3, 1.0))
    assert answer(question(known=()), [done("control", 0, healthy)], [], 2).ruling is None
    seen = answer(question(known=()), [done("control", 0, healthy)], [done("undone", 0, slower)], 2)
    assert seen.ruling is not None and seen.ruling.verdict == "refuted"
    assert sentence(seen).endswith(
        "The symptom that this cause explains is not in this run, and the run learned no better"
    )


def test_an_exact_fact_names_the_check_that_saw_it() -> None:
    run = recording_with(falling(), training=[True] * 20 + [False] * 40)
    left = replace(run, layers=(*run.layers, Layer("drop", "Dropout")))
    controls = [done("control", s, left) for s in (0, 1)]
    undone = [done("undone", s, recording_with(falling())) for s in (0, 1)]
    seen = answer(question(LEFT_IN_EVAL_MODE, ("T303",)), controls, undone, 2)
    assert seen.ruling is not None and seen.ruling.verdict == "confirmed"
    assert "T303 failed in 1 of 1 unchanged runs and in 0 of 1 undone ones" in sentence(seen)


def test_an_exception_is_told_with_its_step() -> None:
    event = {"kind": "event", "event": "exception", "step": 12, "type": "IndexError"}
    raised = recording_with(flat(steps=12), events=[event])
    seen = answer(question(known=()), [done("control", 0, raised)], [], 2)
    assert "it raised IndexError at step 12" in sentence(seen)


@pytest.mark.parametrize("failed", ["was stopped after 3 s and 2 steps", "ended with status 1 without a training step"])
def test_an_arm_that_could_not_be_judged_is_told(failed: str) -> None:
    seen = answer(question(), [done("control", 0, None, failed)], [], 2)
    assert seen.ruling is not None and seen.ruling.verdict == "inconclusive"
    assert failed in sentence(seen)


def test_arms_are_judged_on_the_steps_that_the_question_needs() -> None:
    late = recording_with([*falling(steps=100), *[math.nan] * 100])
    seen = answer(question(known=()), [done("control", 0, late)], [], 2)
    assert seen.arms[0].steps == 60 and not seen.arms[0].symptom


def test_a_loss_that_collapses_to_nothing_is_a_symptom_that_no_check_sees() -> None:
    gone = recording_with([129.0, 60.0, *[3e-10] * 58], update_ratio=0.01)
    controls = [done("control", s, gone) for s in (0, 1)]
    undone = [done("undone", s, recording_with(falling(129.0, 40.0))) for s in (0, 1)]
    seen = answer(question(known=()), controls, undone, 2)
    assert seen.ruling is not None and seen.ruling.verdict == "confirmed"
    assert "unchanged the loss collapsed to nothing (2 of 2)" in sentence(seen)


def test_the_symptom_of_a_cause_that_a_fact_proves_is_the_fact() -> None:
    assert symptom_of(CLIP_TOO_TIGHT, frozenset({"T327", "T103", "T202"})) == ("T327",)
    assert set(symptom_of(CLIP_TOO_TIGHT, frozenset({"T103", "T202"}))) <= {"T103", "T202"}
    assert symptom_of(CLIP_TOO_TIGHT, frozenset()) == ()
