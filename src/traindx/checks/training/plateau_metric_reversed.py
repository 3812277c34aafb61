"""T357: ReduceLROnPlateau waits for the metric to fall although it should rise, or the reverse."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Curve, Finding, Line, Measured
from traindx.core.recording import Floats, Ints, Recording
from traindx.core.stepping import Stepping, steppings
from traindx.core.stepping_example import scheduled_run, staircase


@check("T357", level="error")
def plateau_metric_reversed(recording: Recording, *, alike: float = 0.02) -> Iterator[Finding | Measured]:
    """ReduceLROnPlateau is given an accuracy with `mode="min"`, or a loss with `mode="max"`.

    ## Why is this bad?
    Every improvement counts as a bad epoch: the rate is cut while the run learns, and is left when it no longer does.

    ## How to fix
    Write `mode="max"` for an accuracy or mAP and `mode="min"` for a loss.

    What the metric is, is told by its values: those of the accuracy or of the loss that was seen in the validation before
    each call, three times or more within `alike` (a guess, as the last batch may weigh otherwise).
    """
    found = [s for s in steppings(recording) if len(s.scheduler.metrics) >= 3 and "mode" in s.scheduler.settings]
    if not found:
        raise NotEnough("no ReduceLROnPlateau that was given a value three times")
    for stepping in found:
        mode = str(stepping.scheduler.settings["mode"])
        kind = _kind(recording, stepping, alike)
        yield Measured("what ReduceLROnPlateau is given", kind or "unknown", f"what fits mode={mode!r}")
        if (kind, mode) in (("an accuracy", "min"), ("a loss", "max")):
            values, rates = stepping.scheduler.metrics, stepping.scheduler.rates
            text = f"ReduceLROnPlateau has mode={mode!r} and is given {kind}: it went from {values[0]:.3g} to {values[-1]:.3g}"
            text += f", and the rate from {rates[0]:.3g} to {rates[-1]:.3g}" if len(rates) else ""
            x, y = tuple(map(float, stepping.scheduler.metric_step)), tuple(map(float, values))
            yield Finding(stepping.place, text, (Curve("the value it was given", (Line("value", x, y),)),))


def _kind(recording: Recording, stepping: Stepping, alike: float) -> str:
    """`an accuracy`, `a loss`, or empty where neither is shown."""
    values, at = stepping.scheduler.metrics, stepping.scheduler.metric_step
    accuracy = np.array([_seen(recording, int(step), "accuracy") for step in at])
    loss = np.array([_seen(recording, int(step), "loss") for step in at])
    if _same(values, accuracy, alike) or _same(values, 100 * accuracy, alike):
        return "an accuracy"
    return "a loss" if _same(values, loss, alike) or _same(values, _training(recording, at), alike) else ""


def _seen(recording: Recording, step: int, name: str) -> float:
    """The accuracy or loss of the last validation before a step; nan without one."""
    before = [v for v in recording.validations if v.step < step]
    value = getattr(before[-1], name) if before else None
    return float("nan") if value is None else float(value)


def _training(recording: Recording, at: Ints) -> Floats:
    """The training loss of the step before."""
    return np.array([recording.loss[max(0, int(np.searchsorted(recording.step, step)) - 1)] for step in at])


def _same(given: Floats, seen: Floats, alike: float) -> bool:
    """Whether most values agree, three or more, and they are not all one value."""
    known = np.isfinite(given) & np.isfinite(seen)
    if known.sum() < 3 or float(np.ptp(given[known])) == 0:
        return False
    return bool(np.mean(np.abs(given - seen)[known] <= alike * np.abs(seen[known])) >= 0.9)


def _run(mode: str, given: str) -> Recording:
    accuracy = [0.3, 0.6, 0.7, 0.8, 0.85, 0.88, 0.9, 0.91]
    loss = [2.0, 1.5, 1.1, 0.9, 0.7, 0.6, 0.5, 0.45]
    lines: list[dict[str, object]] = []
    for i, value in enumerate(accuracy if given == "accuracy" else loss):
        step = 20 * (i + 1)
        lines.append({"kind": "validation", "step": step - 1, "batches": 3, "accuracy": accuracy[i], "loss": loss[i]})
        lines.append({"kind": "plateau_metric", "scheduler": 0, "step": step, "call": i + 1, "value": value})
    return scheduled_run("ReduceLROnPlateau", staircase(3, 8), by="epoch", settings={"mode": mode}, lines=lines)


@plateau_metric_reversed.fires_on
def accuracy_that_should_fall() -> Facts:
    return {"recording": _run("min", "accuracy")}


@plateau_metric_reversed.fires_on
def loss_that_should_rise() -> Facts:
    return {"recording": _run("max", "loss")}


@plateau_metric_reversed.quiet_on
def accuracy_that_should_rise() -> Facts:
    return {"recording": _run("max", "accuracy")}


@plateau_metric_reversed.quiet_on
def loss_that_should_fall() -> Facts:
    return {"recording": _run("min", "loss")}
