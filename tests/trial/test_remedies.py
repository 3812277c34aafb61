"""Remedies: named as people name them, and judged by what the run learned of what it was not trained on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from traindx.causes import all_causes
from traindx.core import data_treatments, model_treatments, step_treatments, treatment
from traindx.core.example import recording_with
from traindx.core.recording import Recording
from traindx.core.remedies import REMEDIES, remedy
from traindx.errors import TraindxError
from traindx.recorder.treating import kinds
from traindx.trial.arms import Done
from traindx.trial.remedies import Tried, verdict_of
from traindx.trial.rules import Kind, Run

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", REMEDIES)
def test_each_remedy_is_carried_out_by_the_recorder_and_says_what_it_changes(name: str) -> None:
    found = remedy(name)
    assert found.where == "process" and found.name in kinds() and found.because
    assert found.name in {n for m in (treatment, step_treatments, model_treatments, data_treatments) for n in vars(m)}


def test_each_cause_that_is_undone_in_the_process_is_so_by_the_recorder() -> None:
    asked = [t for c in all_causes() for t in (c.undo, c.induce) if t is not None and t.where == "process"]
    assert {t.name for t in asked} <= set(kinds())


def test_the_page_says_of_each_cause_what_undoes_it_or_why_nothing_does() -> None:
    page = (ROOT / "docs" / "treatments.md").read_text(encoding="utf-8")
    assert "No reason is given" not in page
    assert set(re.findall(r"^\| \[([a-z-]+)\]", page, re.MULTILINE)) == {c.slug for c in all_causes()}
    assert set(re.findall(r"^\| `([a-z-]+)`", page, re.MULTILINE)) == set(REMEDIES)


def test_a_value_goes_into_the_treatment() -> None:
    assert remedy("focal=1.5") == data_treatments.focal_loss(1.5)
    assert remedy("warm-up=20") == step_treatments.warm_up(20) and remedy("warm-up") == step_treatments.warm_up(100)
    assert remedy("optimizer=sgd") == step_treatments.other_optimizer("sgd")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("clas-weights", "known are class-weights"),
        ("shuffle=3", "the remedy shuffle has no value"),
        ("focal=much", "'much' is no value for the remedy focal"),
        ("optimizer=lion", "'lion' is no value for the remedy optimizer"),
    ],
)
def test_what_is_no_remedy_is_refused_with_what_there_is(text: str, words: str) -> None:
    with pytest.raises(TraindxError) as error:
        remedy(text)
    assert words in str(error.value)


def run(kind: Kind, seed: int, end: float, accuracy: float | None = None, **events: str) -> Done:
    """An arm whose loss fell evenly from 2 to `end`, with validations of a loss and an accuracy where one is given."""
    losses = [2.0 - (2.0 - end) * n / 99 for n in range(100)]
    lines = [{"kind": "event", "event": "treatment_failed", "step": 3, "reason": why} for why in events.values()]
    if accuracy is not None:
        lines += [
            {"kind": "validation", "step": s, "loss": end + 0.1, "accuracy": accuracy, "batches": 4} for s in (49, 99)
        ]
    return Done(Run(kind, seed, 1.0, recording_with(losses, events=lines)), Path(), 0)


def tried(text: str, controls: Sequence[Done], treated: Sequence[Done]) -> Tried:
    return verdict_of(remedy(text), controls, treated, 3)


CONTROLS = [run("control", seed, 1.0 + 0.01 * seed) for seed in range(3)]


@pytest.mark.parametrize(
    ("ends", "verdict"),
    [((0.5, 0.52, 0.51), "helped"), ((1.5, 1.52, 1.51), "harmed"), ((1.001, 1.009, 1.021), "did nothing")],
)
def test_a_remedy_helps_harms_or_does_nothing_by_what_was_learned(ends: tuple[float, ...], verdict: str) -> None:
    found = tried("warm-up", CONTROLS, [run("undone", seed, end) for seed, end in enumerate(ends)])
    assert found.verdict == verdict and found.effect is not None and found.spread is not None
    assert found.effect.low <= found.effect.mean <= found.effect.high


def test_seeds_that_disagree_decide_nothing() -> None:
    assert (
        tried("warm-up", CONTROLS, [run("undone", s, e) for s, e in enumerate((0.5, 1.6, 1.0))]).verdict
        == "not decided"
    )


def test_another_loss_is_judged_by_an_accuracy_and_not_without_one() -> None:
    lower = [run("undone", seed, 0.2 + seed / 100) for seed in range(3)]
    assert tried("focal", CONTROLS, lower).verdict == "not decided"
    before = [run("control", seed, 1.0, 0.80 + seed / 100) for seed in range(3)]
    after = [run("undone", seed, 0.2, 0.70 + seed / 100) for seed in range(3)]
    found = tried("focal", before, after)
    assert found.basis == "validation accuracy" and found.verdict == "harmed"
    assert found.effect is not None and found.effect.mean == pytest.approx(-0.1)


def test_a_remedy_that_reaches_nothing_says_so() -> None:
    found = tried("no-clipping", CONTROLS, [run("undone", seed, 1.0 + 0.01 * seed) for seed in range(3)])
    assert found.verdict == "did nothing" and "did not reach the run" in found.why


def test_a_remedy_that_failed_is_not_judged() -> None:
    found = tried("warm-up", CONTROLS, [run("undone", 0, 0.1, reason="ValueError: no number")])
    assert found.verdict == "not decided" and "ValueError: no number" in found.why


def test_recordings_are_what_is_compared() -> None:
    assert isinstance(CONTROLS[0].run.recording, Recording)
