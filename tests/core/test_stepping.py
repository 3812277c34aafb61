"""How schedulers were stepped: units, plans, epochs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from traindx.core.recording import Recording, Validation, recording_of
from traindx.core.stepping import epochs_of, rates_under, steppings
from traindx.core.stepping_example import BASE, cosine, scheduled_run, warm_up


@pytest.mark.parametrize(("by", "unit", "calls"), [("step", "step", 160), ("epoch", "epoch", 8), ("never", "never", 0)])
def test_the_unit_of_a_call_is_told_by_steps_and_epochs(by: str, unit: str, calls: int) -> None:
    (found,) = steppings(scheduled_run("CosineAnnealingLR", cosine(160), by=by))  # type: ignore[arg-type]
    assert (found.unit, found.calls, found.steps, found.epochs) == (unit, calls, 160, 8)
    assert found.place.line == (12 if by == "never" else 28)


def test_rates_of_the_plan_are_followed_or_not() -> None:
    run = scheduled_run("CosineAnnealingLR", cosine(160), by="step")
    assert steppings(run)[0].follows_plan
    plan = {**run.lines["scheduler"][0], "plan": {"calls": [0, 80, 160], "rates": [BASE, 1.0, 0.0], "length": 160}}
    assert not steppings(replace(run, lines={**run.lines, "scheduler": (plan,)}))[0].follows_plan


def test_an_epoch_of_one_batch_leaves_the_unit_open() -> None:
    (found,) = steppings(scheduled_run("LinearLR", warm_up(40), by="epoch", epochs=40, batches=1))
    assert found.unit == "other"


def test_epochs_are_told_by_validations_where_no_loader_is_seen() -> None:
    run = scheduled_run("LinearLR", warm_up(40), by="epoch")
    validations = [{"kind": "validation", "step": 20 * i + 19, "batches": 2} for i in range(8)]
    without = replace(run, lines={**run.lines, "pass": ()}, validations=recording_validations(validations))
    assert epochs_of(without) == 8
    assert epochs_of(replace(without, validations=without.validations[1:])) == 0  # not evenly spaced: no epochs


def recording_validations(lines: list[dict[str, object]]) -> tuple[Validation, ...]:
    """The validations of a recording of these lines."""
    return recording_of(lines).validations


def test_the_applied_rates_are_those_of_the_scheduler_where_another_hand_sets_them() -> None:
    run: Recording = scheduled_run("LinearLR", warm_up(40), by="step")
    for detail in run.details.values():
        detail["schedule"][0]["applied"] = 7.0
    step, rate = rates_under(steppings(run)[0], run)
    assert len(step) == 160 and rate.max() == pytest.approx(BASE)
