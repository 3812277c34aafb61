"""B115: the inputs of a training step hold NaN or infinity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.recording import Recording


@check("B115", level="error", preview=True)
def inputs_not_finite(recording: Recording) -> Iterator[Finding | Measured]:
    """The network is given numbers that are not finite, before any of its layers has run.

    ## Why is this bad?
    One such number makes the loss NaN, and after the optimizer's step every weight.

    ## How to fix
    Look at the files of that batch and at what the transforms make of them: a division by the deviation of a picture of one
    colour, missing values of a sensor, a number too large for half precision.

    Seen where the step was recorded, or where its loss was not finite.
    """
    seen = [d["inputs"] for d in recording.details.values() if "min" in (d.get("inputs") or {})]
    odd = [line for line in recording.lines.get("odd_inputs", ()) if "min" in line]
    if not seen and not odd:
        raise NotEnough("no inputs were seen")
    found = {step: _file(recording, step) for step in _bad_steps(recording, odd)}
    yield Measured("recorded steps with inputs that are not finite", len(found), f"0 of {len(seen)}")
    for step, image in sorted(found.items())[:3]:
        text = f"the inputs of step {step} hold values that are not finite"
        yield Finding(Place(image=image, step=step), text + (f", in {image}" if image else ""))


def _bad_steps(recording: Recording, odd: list[Mapping[str, Any]]) -> set[int]:
    """Steps whose inputs were bad: by their statistics, by the part that was kept of an odd step, by its saved pictures."""
    bad = {step for step, d in recording.details.items() if _broken(d.get("inputs") or {})}
    bad |= {int(line["step"]) for line in odd if _broken(line)}
    for line in recording.lines.get("batch", ()):
        if any(sample.get("not_finite") for sample in line.get("samples") or ()):
            bad.add(int(line["step"]))
    return bad


def _broken(seen: Mapping[str, Any]) -> bool:
    values = [seen[name] for name in ("min", "max") if seen.get(name) is not None]
    return bool(values) and not np.isfinite(values).all()


def _file(recording: Recording, step: int) -> str | None:
    """The file of the first bad sample, else the only file of the step."""
    for line in recording.lines.get("batch", ()):
        if int(line["step"]) == step:
            named = [s["file"] for s in line.get("samples") or () if s.get("not_finite") and s.get("file")]
            if named:
                return str(named[0])
    return None


@inputs_not_finite.fires_on
def a_batch_of_nan_pixels() -> Facts:
    run = recording_with([*falling(steps=40), *[float("nan")] * 10])
    run.details[40]["inputs"] = {"min": float("nan"), "max": float("nan"), "mean": [], "std": []}  # type: ignore[index]
    return {"recording": run}


@inputs_not_finite.fires_on
def a_step_that_was_not_recorded() -> Facts:
    odd = {"kind": "odd_inputs", "step": 40, "why": "loss", "min": float("nan"), "max": float("nan")}
    return {"recording": recording_with([*falling(steps=40), *[float("nan")] * 10], events=[odd])}


@inputs_not_finite.quiet_on
def a_loss_that_breaks_on_finite_inputs() -> Facts:
    odd = {"kind": "odd_inputs", "step": 40, "why": "loss", "min": 0.0, "max": 1.0}
    return {"recording": recording_with([*falling(steps=40), *[float("nan")] * 10], events=[odd])}
