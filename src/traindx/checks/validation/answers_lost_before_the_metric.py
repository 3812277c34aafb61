"""V473: the network's own answers know where objects lie and how large they are, and the metric is next to nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from traindx.core.answered_places import answered_places_of
from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import History, found_objects, history_of
from traindx.core.recording import Recording


@check("V473", level="error", preview=True)
def answers_lost_before_the_metric(
    history: History,
    recording: Recording,
    *,
    least: float = 0.05,
    certain: float = 6.0,
    where: float = 0.2,
    sides: float = 0.75,
    epochs: int = 3,
    young: int = 10,
) -> Iterator[Finding | Measured]:
    """Recall or mAP stays next to nothing while the outputs of the network tell the places and the sides of the boxes.

    ## Why is this bad?
    What was learned is lost between the network and the metric: where outputs are decoded (an exponential, a stride, a variance,
    rows and columns), filtered by a score, or compared in another unit. Training longer helps nothing.

    ## How to fix
    Decode what you encode: put the targets of a picture through your own decoder, and its boxes must come back. Then count the
    boxes that reach the metric, and draw ten of them beside their labels.

    Looked at are the outputs of the root in validation that can be read as maps. Reported where in the last three validations the
    ranks of the places at a picture's boxes are higher than at another's by `certain` standard errors and `where` of all places,
    numbers there correlate with the logarithm of width and of height by `sides` or more, and the best of recall and mAP of the
    last third, of at least `epochs` epochs, is under `least`. Not in fewer than `young` epochs where it became twice as good from
    the first third to the last, and over 0.005: a training from scratch begins so. Guesses.
    """
    values, known = found_objects(history), answered_places_of(recording)
    if values is None or np.isfinite(values).sum() < epochs or len(known) < epochs:
        raise NotEnough(
            f"needs {epochs} epochs with recall or mAP, and validations whose outputs are maps of pictures with boxes"
        )
    late, last = values[-max(len(values) // 3, 2) :], known[-3:]
    best = float(np.nanmax(late)) if np.isfinite(late).any() else float(np.nanmax(values))
    early = values[: max(len(values) // 3, 1)]
    before = float(np.nanmax(early)) if np.isfinite(early).any() else 0.0
    rises = len(values) < young and best > max(2 * before, 0.005)
    surely, share = (float(np.min([getattr(k, name) for k in last])) for name in ("certainty", "where"))
    side = float(np.min([min(k.wide, k.high) for k in last]))
    yield Measured("best recall or mAP at the end", best, f"above {least:g}")
    yield Measured("correlation of the outputs at objects with their sides", side)
    yield Measured("standard errors by which the outputs tell where objects lie", surely)
    if best < least and not rises and surely >= certain and share >= where and side >= sides:
        text = f"the outputs of the network tell where objects lie by {surely:.0f} standard errors, and their sides"
        text += f" (correlation {side:.2f}), while recall or mAP is {best:.2g}: they are lost where boxes are decoded, filtered"
        text += " or compared"
        yield Finding(Place(path=history.source, step=last[-1].step), text)


def _run(metric: float, side: float, *, rising: bool = False) -> Facts:
    entry: dict[str, Any] = {"reading": "0 xyxy", "map": "output", "pictures": 32, "where": 0.4, "error": 0.02}
    entry |= {"boxes": 64, "wide": side, "high": side}
    lines = [{"kind": "answered_places", "step": 10 * n + 9, "maps": [entry]} for n in range(6)]
    rows = [{"metric/mAP50": metric * ((n + 1) / 6 if rising else 1)} for n in range(6)]
    return {"recording": recording_with(falling(), events=lines), "history": history_of(rows)}


@answers_lost_before_the_metric.fires_on
def boxes_decoded_without_their_stride() -> Facts:
    return _run(0.01, 0.9)


@answers_lost_before_the_metric.quiet_on
def a_detector_that_finds_its_objects() -> Facts:
    return _run(0.5, 0.9)


@answers_lost_before_the_metric.quiet_on
def sizes_that_are_not_learned_yet() -> Facts:
    return _run(0.01, 0.4)


@answers_lost_before_the_metric.quiet_on
def a_detector_that_has_just_begun() -> Facts:
    return _run(0.03, 0.9, rising=True)
