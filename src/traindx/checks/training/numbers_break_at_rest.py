"""T116: finite weights, inputs and losses give a number that is not finite, before a step could have thrown them away."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.recording import Recording

NAN = float("nan")


@check("T116", level="error")
def numbers_break_at_rest(recording: Recording, *, grown: float = 3.0) -> Iterator[Finding | Measured]:
    """The first loss of the run is not finite, or the gradient of a loss that is finite and has not grown.

    Judged in full precision, with finite inputs and targets, and where the run never recovers.

    ## Why is this bad?
    No update came before it, or none that did harm: the numbers break in an operation. A logarithm or a division of zero gives a
    loss that is not finite; the square root and the norm of zero have a gradient that is not. One step later every weight is NaN.

    ## How to fix
    An eps inside of the logarithm, the root and the divisor, or a clamp; the losses that torch has take logits for that
    reason. `traindx replay` names the operation.

    A loss counts as grown over `grown` times its first value (a guess).
    """
    broken = np.isinf(recording.loss)
    half = any("float16" in (p.get("autocast"), p.get("inside")) for p in recording.lines.get("precision", ()))
    if half or not recording.details:
        raise NotEnough("the numbers of a run in full precision are needed")
    at = _first_bad(recording)
    yield Measured("steps that break with finite inputs and a loss that had not grown", int(at is not None), "0")
    if at is None or not broken[-3:].all():
        return
    step, loss = int(recording.step[at]), float(recording.loss[at])
    detail = recording.details.get(step, {})
    if not _given_finite(detail):
        return
    if not math.isfinite(loss):
        call = detail.get("loss_call") or {}
        source = recording.sources.get("backward")
        where = Place(call.get("path"), call.get("line"), step=step) if call.get("path") else Place(step=step)
        if where.path is None and source is not None:
            where = Place(source.path, source.line, step=step)
        if at == 0:
            yield Finding(where, "the first loss, before any update, is not finite, and its inputs are")
        return
    first = float(recording.loss[np.isfinite(recording.loss)][0])
    if abs(loss) <= grown * max(abs(first), 1e-3) and _weights_kept(recording, at):
        source = recording.sources.get("backward")
        where = Place(source.path, source.line, step=step) if source else Place(step=step)
        yield Finding(where, f"the gradient of a finite loss ({loss:.4g}, the first was {first:.4g}) is not finite")


def _first_bad(recording: Recording) -> int | None:
    """The first written step whose loss, or whose gradient where it was recorded, is not finite."""
    bad = np.isinf(recording.loss)
    told = {e.step for e in recording.of("nonfinite") if e.data.get("what") == "gradient"}
    bad |= np.isin(recording.step, list(told))
    return int(bad.argmax()) if bad.any() else None


def _weights_kept(recording: Recording, at: int, *, times: float = 10.0) -> bool:
    """Whether the weights had not grown before a step: at most `times` their first norm (a guess)."""
    before = recording.weight_norm[:at]
    before = before[np.isfinite(before)]
    return not len(before) or float(before[-1]) <= times * float(before[0])


def _given_finite(detail: Mapping[str, Any]) -> bool:
    """Whether the inputs, and the targets where they are known, are finite; False where the inputs were not read."""
    inputs, call = detail.get("inputs") or {}, detail.get("loss_call") or {}
    read = [inputs.get("min"), inputs.get("max")]
    targets = [v for name in ("target_min", "target_max") if (v := call.get(name)) is not None]
    return all(v is not None and math.isfinite(v) for v in read) and all(map(math.isfinite, targets))


def _run(loss: list[float], *events: Mapping[str, Any], inputs: tuple[float, float] = (-2.0, 2.0)) -> Facts:
    detail = {"inputs": {"min": inputs[0], "max": inputs[1]}}
    return {"recording": recording_with(loss, events=events, detail=detail)}


def _gradient(step: int) -> dict[str, Any]:
    return {"kind": "event", "event": "nonfinite", "step": step, "what": "gradient", "value": NAN}


@numbers_break_at_rest.fires_on
def the_root_of_zero_in_the_first_step() -> Facts:
    return _run([1.39, *[NAN] * 40], _gradient(0))


@numbers_break_at_rest.fires_on
def the_first_loss_is_infinite() -> Facts:
    return _run([float("inf"), *[NAN] * 40])


@numbers_break_at_rest.fires_on
def the_root_of_zero_after_forty_steps() -> Facts:
    return _run([*falling(steps=40), *[NAN] * 40], _gradient(39))


@numbers_break_at_rest.quiet_on
def a_rate_that_throws_the_weights_away() -> Facts:
    return _run([2.3, 900.0, 3e9, 2e30, *[NAN] * 40], _gradient(3))


@numbers_break_at_rest.quiet_on
def pictures_that_are_not_finite() -> Facts:
    return _run([NAN] * 40, inputs=(NAN, NAN))


@numbers_break_at_rest.quiet_on
def a_step_that_the_run_survives() -> Facts:
    return _run(falling(), _gradient(30))
