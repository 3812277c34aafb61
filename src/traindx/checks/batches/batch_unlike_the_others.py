"""B116: the step at which the loss broke or leapt was given a batch unlike all those before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place, Table
from traindx.core.input_examples import batch
from traindx.core.network_inputs import training_inputs
from traindx.core.recording import Recording

LATER, FEWEST = 10, 3
"""Recorded steps after an odd one that are looked at, and how many there must be."""


@check("B116", level="error", preview=True)
def batch_unlike_the_others(recording: Recording, *, times: float = 5.0) -> Iterator[Finding | Measured]:
    """A step whose loss leapt, or was not finite, had inputs far outside of what the steps before it had.

    ## Why is this bad?
    A few samples in another scale (16 bits among 8, pixels that were not divided, a file that is damaged) throw the weights to
    where the training may not come back from.

    ## How to fix
    Look at the files that the finding names, and treat them as the others; clipping gradients limits the damage of the next
    one.

    Compared are mean and deviation of a part of the inputs with those of up to 64 steps before: outside of their range,
    wider by five times that range on each side, or a deviation over five times the largest. Five is a guess. Not named where
    the batches after it are nearer to it than to those before: then other pictures were given from there on.
    """
    lines = [line for line in recording.lines.get("odd_inputs", ()) if (line.get("others") or {}).get("mean")]
    if not lines:
        raise NotEnough("no step whose loss leapt or broke was seen with what it was given")
    distances = [(_distance(line), line) for line in lines if not _went_on(recording, line)]
    largest = max((d for d, _ in distances), default=0.0)
    yield Measured("distance of odd steps' inputs from those before, in ranges", largest, f"under {times:g}")
    for line in [line for distance, line in distances if distance > times][:3]:
        step, others = int(line["step"]), line["others"]
        image, more = _file(recording, step)
        text = f"step {step} was given inputs with mean {line['mean']:.4g} and deviation {line['std']:.4g}; the steps before it had"
        text += f" {_words(others['mean'])} and {_words(others['std'])}" + (f"; its files: {more}" if more else "")
        rows = ((f"step {step}", line["mean"], line["std"], line["min"], line["max"]),)
        table = Table("Inputs of the odd step", ("step", "mean", "deviation", "least", "largest"), rows)
        yield Finding(Place(image=image, step=step), text, (table,))


def _distance(line: Mapping[str, Any]) -> float:
    """How far outside of the range before it lies, in lengths of that range; of the deviation also as a factor."""
    if not np.isfinite([line.get("mean", np.nan), line.get("std", np.nan)]).all():
        return 0.0  # that is B115
    far = []
    for name in ("mean", "std"):
        low, _, high = line["others"][name]
        scale = max(high - low, 0.1 * line["others"]["std"][1], 1e-9)
        far.append(max(low - line[name], line[name] - high) / scale)
    largest = line["others"]["std"][2]
    return float(max(*far, line["std"] / largest if largest > 0 else 0.0))


def _went_on(recording: Recording, line: Mapping[str, Any]) -> bool:
    """Whether most batches after the step are nearer to what it was given than to what the steps before it were."""
    after = [b for b in training_inputs(recording) if b.step > int(line["step"])][:LATER]
    own = np.array([line["mean"], line["std"]], dtype=float)
    before = np.array([line["others"][name][1] for name in ("mean", "std")])
    seen = [np.array([np.mean(b.mean), b.deviation]) for b in after]
    near = [bool(np.abs(x - own).sum() < np.abs(x - before).sum()) for x in seen]
    return len(near) >= FEWEST and float(np.mean(near)) > 0.5


def _words(values: list[float]) -> str:
    return f"{values[0]:.3g} to {values[2]:.3g}"


def _file(recording: Recording, step: int) -> tuple[str | None, str]:
    """The first file of a step where they are known, and the first three in words."""
    named = [e.data for e in recording.of("anomaly_files") if e.step == step]
    files = [f"{e['folder']}/{n}" if e.get("folder") else str(n) for e in named for n in e.get("names", ())]
    more = f" and {len(files) - 3} more" if len(files) > 3 else ""
    return (files[0] if len(files) == 1 else None), ", ".join(files[:3]) + more


def _run(mean: float, deviation: float, *, after: float = 0.45) -> Facts:
    loss = falling(steps=60)
    loss[40] = 900.0
    others = {"mean": [0.44, 0.46, 0.49], "std": [0.22, 0.25, 0.27]}
    odd = {"kind": "odd_inputs", "step": 40, "why": "jump", "mean": mean, "std": deviation, "others": others}
    files = {"kind": "event", "event": "anomaly_files", "step": 40, "folder": "data", "names": ["a.png", "b.png"]}
    run = recording_with(loss, events=[{**odd, "min": 0.0, "max": 255.0}, files])
    seen = {step: {"inputs": batch(0, 1, (0.45 if step < 40 else after,) * 3, (0.25,) * 3)} for step in run.details}
    return {"recording": replace(run, details={step: {**d, **seen[step]} for step, d in run.details.items()})}


@batch_unlike_the_others.fires_on
def pixels_that_were_not_divided() -> Facts:
    return _run(118.0, 60.0)


@batch_unlike_the_others.quiet_on
def a_leap_on_usual_inputs() -> Facts:
    return _run(0.47, 0.26)


@batch_unlike_the_others.quiet_on
def other_pictures_from_there_on() -> Facts:
    return _run(1.45, 0.26, after=1.45)
