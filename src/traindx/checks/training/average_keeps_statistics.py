"""T438: the average that is validated keeps the running statistics that it was made with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.recording import Recording


@check("T438", level="error")
def average_keeps_statistics(
    recording: Recording, *, times: int = 2, off: float = 0.5, factor: float = 2.0
) -> Iterator[Finding | Measured]:
    """The weights of the copy that is validated follow the model's, and the running statistics of its batch norms stand still.

    ## Why is this bad?
    Only parameters were averaged. The average normalises by the mean and variance that it was made with, which do not belong to
    the weights that it has now: the validation shows far less than the model can do.

    ## How to fix
    Average over `state_dict()`, or copy the buffers: `for a, b in zip(ema.buffers(), model.buffers()): a.copy_(b)`;
    `torch.optim.swa_utils.AveragedModel` does so by itself.

    Compared are `times` validations or more: the copy's weights have moved, the model's own statistics too, the copy's are
    the same to the last digit, and of the channel in the middle they lie `off` standard deviations or a `factor` from the
    model's (guesses). Quiet where the model's own stand still too (frozen batch norms), or the copy's weights do (a
    teacher).
    """
    lines = [line for line in recording.lines.get("averaged_norms", ()) if "weights" in line]
    if len(lines) < times:
        raise NotEnough("no average of the weights was seen in two validations")
    copies, own = _rows(lines, "mean", "variance"), _rows(lines, "own_mean", "own_variance")
    moved, last = not _stands(_rows(lines, "weights")), lines[-1]
    yield Measured("validated averages whose running statistics stand still", int(_stands(copies)) * len(lines), "0")
    far = last["off_mean"] > off or last["off_variance"] > factor
    if moved and _stands(copies) and not _stands(own) and far:
        text = f"in {len(lines)} validations the running statistics of all {last['layers']} batch norms of the average are the same"
        more = f"and the model's own have moved: half of the channels are {last['off_mean']:.2g} standard deviations or more off,"
        place = Place(path=last.get("path"), line=last.get("line"), step=int(lines[0]["step"]))
        yield Finding(place, f"{text}, {more} the variance by a factor of {last['off_variance']:.2g}")


def _rows(lines: Sequence[Mapping[str, Any]], *names: str) -> list[tuple[float, ...]]:
    return [tuple(float(line[name]) for name in names) for line in lines]


def _stands(rows: Sequence[tuple[float, ...]]) -> bool:
    """Whether all rows are the same numbers."""
    return len(set(rows)) == 1 and bool(np.isfinite(rows[0]).all())


def _run(*rows: tuple[float, float, float], off: float = 0.8, factor: float = 3.0) -> Facts:
    """Validations of a copy: the sum of its means, of the model's own, and of its weights."""
    lines = [
        {"kind": "averaged_norms", "step": 16 * k, "layers": 5, "channels": 360, "path": "train.py", "line": 31}
        | {"mean": mean, "variance": 360.0 + mean, "own_mean": own, "own_variance": 90.0 + own, "weights": weights}
        | {"off_mean": off, "off_variance": factor}
        for k, (mean, own, weights) in enumerate(rows)
    ]
    return {"recording": recording_with(falling(), events=lines)}


@average_keeps_statistics.fires_on
def parameters_averaged_alone() -> Facts:
    return _run((0.0, 31.0, 40.0), (0.0, 44.0, 41.5), (0.0, 47.0, 42.0))


@average_keeps_statistics.quiet_on
def statistics_averaged_too() -> Facts:
    return _run((9.0, 31.0, 40.0), (15.0, 44.0, 41.5), (21.0, 47.0, 42.0))


@average_keeps_statistics.quiet_on
def a_teacher_that_stands_still() -> Facts:
    return _run((0.0, 31.0, 40.0), (0.0, 44.0, 40.0))


@average_keeps_statistics.quiet_on
def batch_norms_frozen_in_both() -> Facts:
    return _run((17.0, 17.0, 40.0), (17.0, 17.0, 41.5), off=0.0, factor=1.0)


@average_keeps_statistics.quiet_on
def pretrained_statistics_that_hardly_move() -> Facts:
    return _run((17.0, 17.2, 40.0), (17.0, 17.5, 41.5), off=0.05, factor=1.1)
