"""V436: a detector's metric stays next to nothing in validation although its training loss fell far."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.validation.curve import curves_of
from traindx.checks.validation.metric_at_zero import share_of_start
from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import History, found_objects, history_of
from traindx.core.recording import Recording


@check("V436", level="warning", preview=True)
def metric_next_to_nothing(
    history: History,
    recording: Recording,
    *,
    least: float = 0.02,
    fell: float = 0.65,
    epochs: int = 5,
    begun: float = 0.75,
    few: int = 3,
    steps: int = 50,
) -> Iterator[Finding | Measured]:
    """Recall or mAP ends under one in fifty, and the training loss fell to two thirds of its start or less.

    ## Why is this bad?
    What the loss rewards is not what the metric counts: places without objects weigh so much that nothing is found, only boxes far
    surer than the network ever is are counted, or boxes are compared in two formats. Or it needs more epochs: this is no proof.

    ## How to fix
    Count the predictions in validation, at a score threshold of 0.01. Are there none, look at the weights of the loss's
    parts; are there many, draw ten of them beside their labels.

    A metric that ends at nothing is told from `few` epochs on, once the loss has begun to fall (`begun`), and from `epochs` on in
    any case; V401 names it when the loss fell far. The defaults are guesses.
    """
    values = found_objects(history)
    known = recording.loss[np.isfinite(recording.loss)]
    told = 0 if values is None else int(np.isfinite(values).sum())
    if values is None or told < few or len(known) < steps:
        raise NotEnough(f"needs {few} epochs with recall or mAP, and {steps} steps with a loss")
    late = values[-max(len(values) // 3, 3) :]
    best, share = float(np.nanmax(values)), share_of_start(recording.loss)
    end = float(np.nanmax(late)) if np.isfinite(late).any() else best
    yield Measured("best recall or mAP", best, f"above {least:g}")
    yield Measured("best recall or mAP of the last third", end, f"above {least:g}")
    yield Measured("training loss at its lowest, share of the first tenth", share)
    nothing = end <= least / 10 and (share <= begun or told >= epochs)
    if nothing or (end <= least and told >= epochs and share <= fell):
        reached = f"{best:.2g} at best" if best <= least else f"{end:.2g} at the end, {best:.2g} at best"
        text = f"recall or mAP is {reached} in {told} epochs (should be above {least:g}), while the training loss"
        evidence = (Measured("best recall or mAP", best, f"above {least:g}"), curves_of(history, "next to nothing"))
        yield Finding(Place(path=history.source), f"{text} fell to {share:.0%} of its start", evidence)


def _facts(metric: float, end: float = 0.1) -> Facts:
    rows = [{"metric/recall": metric * i / 7} for i in range(8)]
    return {"history": history_of(rows), "recording": recording_with(falling(end=end, steps=140))}


@metric_next_to_nothing.fires_on
def places_without_objects_weigh_too_much() -> Facts:
    return _facts(0.015)


@metric_next_to_nothing.fires_on
def no_prediction_is_ever_sure_enough() -> Facts:
    return _facts(0.0, end=1.4)


@metric_next_to_nothing.fires_on
def boxes_that_are_judged_worse_the_more_is_learned() -> Facts:
    rows = [{"metric/mAP50": value} for value in (0.07, 0.11, 0.1, 0.01, 0.003, 0.002, 0.001, 0.001)]
    return {"history": history_of(rows), "recording": recording_with(falling(end=0.5, steps=140))}


@metric_next_to_nothing.fires_on
def peaks_of_an_untrained_map_and_nothing_since() -> Facts:
    rows = [{"metric/f1": value} for value in (0.09, 0.0, 0.01, 0.0, 0.0, 0.0, 0.001, 0.0)]
    return {"history": history_of(rows), "recording": recording_with(falling(end=1.5, steps=140))}


@metric_next_to_nothing.quiet_on
def a_detector_that_finds_some() -> Facts:
    return _facts(0.2)


@metric_next_to_nothing.quiet_on
def a_detector_that_has_only_begun() -> Facts:
    return _facts(0.01, end=1.8)
