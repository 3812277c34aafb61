"""V471: a distance is taken to targets on one scale in training and on another in validation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place, Table
from traindx.core.loss_calls import LossCalls, loss_calls_of
from traindx.core.loss_names import DISTANCES
from traindx.core.recording import Recording


@check("V471", level="error")
def targets_on_another_scale(
    recording: Recording, *, times: float = 2.0, apart: float = 2.0, min_steps: int = 5
) -> Iterator[Finding | Measured]:
    """A squared or absolute error compares with targets on another scale in validation than in training.

    ## Why is this bad?
    The network answers on the scale that it was taught, and is judged on another: the validation loss, and what follows it,
    says nothing of what was learned.

    ## How to fix
    Standardise targets with the mean and deviation of the training set in both, or bring predictions back to the targets' own
    units before they are compared: `y = net(x) * deviation + mean`.

    Compared are mean and deviation of the targets that a loss function was given in the recorded steps and in the last
    validation. Reported where the deviations differ by more than `times`, or the means by `apart` deviations or more, while
    the predictions' own mean and deviation in validation are nearer to the targets of training than to those of validation.
    The limits are guesses.
    """
    last = next((v for v in reversed(recording.lines.get("validation", ())) if v.get("compared")), None)
    taught = [found for found in loss_calls_of(recording) if found.name in DISTANCES]
    if last is None or not taught:
        raise NotEnough("no squared or absolute error was seen in both training and validation")
    for name, there in last["compared"].items():
        same = [found for found in taught if found.name == name and _known(found) >= min_steps]
        if len(same) != 1 or not there["target_deviation"]:
            continue
        here = _sides(same[0])
        wider = there["target_deviation"] / max(here["target_deviation"], 1e-12)
        shift = (there["target_mean"] - here["target_mean"]) / max(here["target_deviation"], 1e-12)
        yield Measured(f"deviation of the targets of {name} in validation over that in training", wider, "about 1")
        yield Measured("means of these targets, deviations apart", float(shift), "about 0")
        if 1 / times < wider < times and abs(shift) < apart:
            continue
        if _distance(there, here) > _distance(there, there):
            continue  # the predictions went along
        rows = tuple(
            (text, s["target_mean"], s["target_deviation"]) for text, s in (("training", here), ("validation", there))
        )
        text = f"{name} compares with targets of mean {there['target_mean']:.3g} and deviation {there['target_deviation']:.3g} "
        text += f"in validation, of {here['target_mean']:.3g} and {here['target_deviation']:.3g} in training"
        place = Place(path=last.get("path"), line=last.get("line"), step=int(last["step"]))
        yield Finding(place, f"{text} (should be one scale)", (Table("targets", ("in", "mean", "deviation"), rows),))


def _known(found: LossCalls) -> int:
    return int(np.isfinite(found.column("target_deviation")).sum())


def _sides(found: LossCalls) -> dict[str, float]:
    """Mean and deviation of the targets over all recorded steps."""
    mean, deviation = found.column("target_mean"), found.column("target_deviation")
    spread = np.nanmean(deviation**2) + np.nanvar(mean)
    return {"target_mean": float(np.nanmean(mean)), "target_deviation": float(np.sqrt(spread))}


def _distance(answers: Mapping[str, Any], targets: Mapping[str, Any]) -> float:
    """How far mean and deviation of the answers lie from those of targets, in deviations of these."""
    unit = max(targets["target_deviation"], 1e-12)
    wider = max(answers["input_deviation"], 1e-12) / unit
    return float(abs(answers["input_mean"] - targets["target_mean"]) / unit + abs(np.log(wider)))


def _run(mean: float, deviation: float, answers: tuple[float, float]) -> Facts:
    call = {"name": "mse_loss", "target_mean": 0.0, "target_deviation": 1.0}
    sides = {
        "input_mean": answers[0],
        "input_deviation": answers[1],
        "target_mean": mean,
        "target_deviation": deviation,
    }
    line = {
        "kind": "validation",
        "step": 39,
        "batches": 5,
        "training": False,
        "loss": 1.0,
        "compared": {"mse_loss": sides},
    }
    return {"recording": recording_with(falling(), detail={"loss_call": call}, events=[line])}


@targets_on_another_scale.fires_on
def predictions_that_are_not_brought_back() -> Facts:
    return _run(4.5, 2.9, (0.02, 0.98))


@targets_on_another_scale.quiet_on
def one_scale() -> Facts:
    return _run(0.1, 0.95, (0.05, 0.9))


@targets_on_another_scale.quiet_on
def other_samples_that_are_answered_so() -> Facts:
    return _run(4.5, 2.9, (4.2, 2.5))
