"""V460: validation gives the same number every time, although the weights are trained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import History, history_of
from traindx.core.recording import Recording
from traindx.core.trend import trend


@check("V460", level="error")
def validation_unchanged(
    recording: Recording, history: History | None = None, *, times: int = 3, same: float = 1e-5, drop: float = 0.1
) -> Iterator[Finding | Measured]:
    """Validation after validation gives the same loss to five digits, while the training loss falls.

    ## Why is this bad?
    What is evaluated does not change: a copy of the model that was taken before the training, a checkpoint that is loaded
    again each time, or outputs that were kept. The metric says nothing about the model that is trained.

    ## How to fix
    Evaluate the model that the optimizer holds. A copy (`deepcopy`, an average) has to be brought up to date before it is
    evaluated; `model = model.to(device)` belongs before the optimizer is built.

    Reported after `times` validations or more that agree to a share of `same`, if between them the training loss fell by
    more than `drop` and the weights moved. An average of the weights that follows slowly still changes. Where a copy is
    validated and no loss is seen there, its accuracy is taken, as it is told, if that is about that of guessing.
    """
    lines = _validations(recording.lines.get("validation", ()))
    copied = bool(lines) and all(v.get("root_itself") is False for v in lines)
    what, values = _numbers(lines, history if copied else None)
    if len(values) < times or not np.isfinite(values).all():
        raise NotEnough(f"fewer than {times} validations with a loss were seen")
    lines = [v for v in lines if v.get("loss") is not None] if what == "loss" else lines
    spread = float(np.ptp(values) / max(abs(float(np.median(values))), 1e-12))
    yield Measured(f"spread of the validations' {what} over their median", spread, f"over {same:g}")
    known = recording.loss[(recording.step > lines[0]["step"]) & (recording.step <= lines[-1]["step"])]
    if what == "accuracy" and not _is_guessed(values, recording.chance):
        return
    if spread > same or not np.isfinite(known).any() or not _moved(recording):
        return
    seen = trend(recording.loss)
    if seen.finite and seen.drop > drop:
        copy = ", of a copy of the model" if copied else ""
        text = (
            f"{len(values)} validations{copy} give the same {what}, {values[0]:.6g}, while the training loss went from"
        )
        place = Place(path=lines[0].get("path"), line=lines[0].get("line"), step=int(lines[1]["step"]))
        yield Finding(place, f"{text} {seen.start:.4g} to {seen.end:.4g} (should change)")


def _validations(lines: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those of several batches; where there are none, all: a whole split is given at once, too."""
    return [v for v in lines if v.get("batches", 0) > 1] or list(lines)


def _numbers(lines: Sequence[Mapping[str, Any]], history: History | None) -> tuple[str, NDArray[np.float64]]:
    """The losses of the validations, else the accuracies that the history tells of as many."""
    losses = np.array([float(v["loss"]) for v in lines if v.get("loss") is not None])
    told = None if history is None else history.accuracy
    return ("accuracy", told) if not len(losses) and told is not None and len(told) == len(lines) else ("loss", losses)


def _is_guessed(accuracies: NDArray[np.float64], chance: float | None) -> bool:
    return chance is not None and bool(np.all(accuracies < 1.5 * np.exp(-chance)))


def _moved(recording: Recording) -> bool:
    moves = recording.update_norm[np.isfinite(recording.update_norm)]
    return bool(len(moves)) and bool(np.median(moves) > 0)


def _facts(*losses: float, update_ratio: float = 1e-3) -> Facts:
    return {"recording": _recording(*losses, update_ratio=update_ratio)}


def _recording(*losses: float | None, update_ratio: float = 1e-3, classes: int = 2) -> Recording:
    where: Mapping[str, Any] = {"path": "train.py", "line": 40, "batches": 8, "root_itself": False}
    lines = [{"kind": "validation", "step": 15 * i + 14, "loss": v, **where} for i, v in enumerate(losses)]
    call = {"loss_call": {"name": "cross_entropy", "classes": classes}}
    return recording_with(falling(), events=lines, update_ratio=update_ratio, detail=call)


@validation_unchanged.fires_on
def a_copy_from_before_the_training() -> Facts:
    return _facts(2.317, 2.317, 2.317, 2.317)


@validation_unchanged.fires_on
def an_average_that_never_follows() -> Facts:
    history = history_of([{"epoch": i + 1.0, "metric/ema_acc": 0.095} for i in range(4)])
    return {"recording": _recording(None, None, None, None, classes=10), "history": history}


@validation_unchanged.quiet_on
def an_average_that_is_always_right() -> Facts:
    history = history_of([{"epoch": i + 1.0, "metric/ema_acc": 1.0} for i in range(4)])
    return {"recording": _recording(None, None, None, None, classes=10), "history": history}


@validation_unchanged.quiet_on
def an_average_that_follows_slowly() -> Facts:
    return _facts(2.317, 2.315, 2.311, 2.305)


@validation_unchanged.quiet_on
def weights_that_do_not_move() -> Facts:
    return _facts(2.317, 2.317, 2.317, update_ratio=0.0)
