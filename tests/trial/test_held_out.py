"""What a run learned of pictures it was not trained on, and treatments that only make its training loss look better."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from traindx.causes.lr_too_high import LR_TOO_HIGH
from traindx.core.example import falling, flat, recording_with
from traindx.core.recording import Recording
from traindx.core.setup import Setup
from traindx.core.treatment import Treatment
from traindx.trial.arms import Done
from traindx.trial.held_out import basis_of, by_validation
from traindx.trial.question import Answer, Question, answer
from traindx.trial.rules import Kind, Run

NAN = [*falling(2.3, 2.0, 9), *[math.nan] * 51]


def validated(loss: Sequence[float], *validations: Mapping[str, Any]) -> Recording:
    """A run whose validations came after steps 19, 39 and so on."""
    lines = [{"kind": "validation", "step": 19 + 20 * i, "batches": 2, **v} for i, v in enumerate(validations)]
    return recording_with(loss, events=lines)


def logged(loss: Sequence[float], **series: Sequence[float]) -> Recording:
    lines = [
        {"kind": "metric", "name": name.replace("__", "/"), "source": "x", "step": 19 + 20 * i, "time": i, "value": v}
        for name, values in series.items()
        for i, v in enumerate(values)
    ]
    return recording_with(loss, events=lines)


def first_pass(loss: Sequence[float], passes: int = 1) -> Recording:
    loader = {"kind": "loader", "loader": 0, "iterable": False, "samplers": ["RandomSampler"]}
    began = [
        {"kind": "pass", "loader": 0, "pass": i, "step": 30 * i, "training": True, "batches": 30} for i in range(passes)
    ]
    return recording_with(loss, events=[loader, *began])


def asked(control: Recording, undone: Recording, treatment: Treatment | None = None) -> Answer:
    def done(kind: Kind, seed: int, recording: Recording) -> Done:
        return Done(Run(kind, seed, 1.0, recording), Path("/arm"), 0)

    assert LR_TOO_HIGH.undo is not None
    question = Question(LR_TOO_HIGH, treatment or LR_TOO_HIGH.undo, ("T101",), 60, Setup(("python",), "/", "pytorch"))
    return answer(
        question, [done("control", s, control) for s in (0, 1)], [done("undone", s, undone) for s in (0, 1)], 2
    )


def verdict(item: Answer) -> str | None:
    return item.ruling.verdict if item.ruling else None


def test_the_runs_own_validation_loss_is_asked_first() -> None:
    runs = [validated(falling(), {"loss": 2.2, "accuracy": 0.2}), validated(falling(), {"loss": 0.5, "accuracy": 0.8})]
    assert basis_of(runs) == "validation loss"
    assert by_validation("validation loss", runs) == pytest.approx((0.0, 1 - 0.5 / 2.2), abs=0.02)


def test_an_accuracy_counts_as_it_is() -> None:
    runs = [validated(falling(), {"accuracy": 0.2}), validated(falling(), {"accuracy": 0.8})]
    assert by_validation(basis_of(runs), runs) == (0.2, 0.8)


def test_validations_are_compared_as_far_as_all_runs_have_them() -> None:
    runs = [validated(falling(), {"accuracy": 0.2}), validated(falling(), {"accuracy": 0.3}, {"accuracy": 0.9})]
    assert by_validation(basis_of(runs), runs) == (0.2, 0.3)


def test_a_validation_loss_of_another_scale_is_set_against_the_worst_of_the_arms() -> None:
    runs = [validated(falling(2.3), {"loss": 400.0}), validated(falling(2.3), {"loss": 100.0})]
    assert by_validation(basis_of(runs), runs) == pytest.approx((0.0, 0.75))


def test_a_run_that_broke_down_learned_nothing_by_any_basis() -> None:
    runs = [recording_with(NAN), validated(falling(), {"loss": 0.5})]
    assert basis_of(runs) == "validation loss"
    assert by_validation("validation loss", runs) == pytest.approx((-1.0, 1 - 0.5 / 2.3), abs=0.02)


def test_what_a_framework_logs_of_its_validation_counts() -> None:
    runs = [
        logged(falling(), val__box_loss=[2.0], val__cls_loss=[3.0]),
        logged(falling(), val__box_loss=[1.0], val__cls_loss=[1.0]),
    ]
    assert by_validation(basis_of(runs), runs) == pytest.approx((1 - 5.0 / 5.0, 1 - 2.0 / 5.0))


def test_the_training_loss_of_a_logger_is_no_validation() -> None:
    assert basis_of([logged(falling(), train__loss=[1.0, 0.5])]) == "training batches"


def test_losses_of_a_first_pass_are_of_unseen_pictures_and_those_of_a_second_are_not() -> None:
    assert basis_of([first_pass(falling()), first_pass(flat())]) == "unseen batches"
    assert basis_of([first_pass(falling()), first_pass(flat(), passes=2)]) == "training batches"


def test_a_cure_that_validation_sees_is_confirmed_by_it() -> None:
    item = asked(recording_with(NAN), validated(falling(), {"loss": 0.4}))
    assert verdict(item) == "confirmed" and item.measured_on == "validation loss"


def test_a_treatment_that_stops_the_learning_is_no_cure() -> None:
    assert (
        verdict(asked(recording_with(NAN), recording_with([2.3 * (1 + 1e-3 * (i % 3)) for i in range(60)])))
        == "refuted"
    )


def test_a_training_loss_that_falls_while_validation_gains_nothing_is_no_cure() -> None:
    by_heart = validated(falling(), {"accuracy": 0.1}, {"accuracy": 0.1})
    spiking = validated([*falling(2.3, 1.0, 30), *[900.0] * 30], {"accuracy": 0.1}, {"accuracy": 0.12})
    item = asked(spiking, by_heart)
    assert verdict(item) == "refuted" and item.ruling is not None and "validation accuracy" in item.ruling.why


def test_a_loss_that_is_merely_made_smaller_is_no_cure() -> None:
    assert verdict(asked(recording_with(NAN), recording_with([v / 1000 for v in flat()]))) == "refuted"


def test_a_treatment_that_makes_another_loss_is_judged_by_accuracy_or_not_at_all() -> None:
    focal = Treatment("focal_loss", "process", (), "focal loss")
    blind = asked(recording_with(NAN), recording_with(falling()), focal)
    assert verdict(blind) == "inconclusive" and blind.ruling is not None and "could show learning" in blind.ruling.why
    seen = asked(recording_with(NAN), validated(falling(), {"accuracy": 0.9}), focal)
    assert verdict(seen) == "confirmed" and seen.measured_on == "validation accuracy"


def test_easier_pictures_are_judged_by_validation_or_not_at_all() -> None:
    gentle = Treatment("augmentation_off", "process", (), "no augmentation")
    assert verdict(asked(recording_with(NAN), first_pass(falling()), gentle)) == "inconclusive"
    assert verdict(asked(recording_with(NAN), validated(falling(), {"loss": 0.4}), gentle)) == "confirmed"


def test_arms_that_ran_ahead_of_the_decision_do_not_change_it() -> None:
    cured, ill = validated(falling(), {"loss": 0.4}), recording_with(NAN)
    early = asked(ill, cured)
    late = replace(early.done[-1], run=replace(early.done[-1].run, seed=2, recording=ill))
    controls = [d for d in early.done if d.run.kind == "control"]
    undone = [d for d in early.done if d.run.kind == "undone"]
    again = answer(
        early.question, [*controls, replace(controls[0], run=replace(controls[0].run, seed=2))], [*undone, late], 3
    )
    assert verdict(again) == verdict(early) == "confirmed" and len(again.arms) == 4
