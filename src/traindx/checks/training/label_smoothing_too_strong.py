"""T413: label smoothing takes most of the truth away."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.loss_calls import loss_calls_of
from traindx.core.recording import Recording


@check("T413", level="error")
def label_smoothing_too_strong(recording: Recording, *, most: float = 0.5) -> Iterator[Finding | Measured]:
    """Cross entropy is called with a label smoothing of a half or more.

    ## Why is this bad?
    With smoothing s the right class gets 1 - s of the target and the rest is spread over all classes. The loss cannot fall
    far below ln K, and what distinguishes the classes is a small part of the gradient.

    ## How to fix
    0.05 to 0.2 are usual: `CrossEntropyLoss(label_smoothing=0.1)`.

    `most` is a guess far above all that is in use.
    """
    for found in loss_calls_of(recording):
        smoothing = found.column("label_smoothing")
        if found.name != "cross_entropy" or not np.isfinite(smoothing).any():
            continue
        typical = float(np.nanmedian(smoothing))
        yield Measured("label smoothing", typical, f"under {most:g}")
        if typical >= most:
            classes = int(found.first.get("classes") or 2)
            right = 1 - typical + typical / classes
            text = f"label smoothing is {typical:g} (0.05 to 0.2 are usual): the right one of {classes} classes gets {right:.2g}"
            yield Finding(found.place, text)


def _call(smoothing: float) -> dict[str, object]:
    return {"loss_call": {"name": "cross_entropy", "classes": 10, "label_smoothing": smoothing}}


@label_smoothing_too_strong.fires_on
def nine_tenths() -> Facts:
    return {"recording": recording_with(flat(), detail=_call(0.9))}


@label_smoothing_too_strong.quiet_on
def one_tenth() -> Facts:
    return {"recording": recording_with(falling(), detail=_call(0.1))}
