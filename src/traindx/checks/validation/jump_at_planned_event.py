"""V421: a curve jumps where a planned event lies."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.validation.curve import curves_of
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import Floats, History, history_of
from traindx.core.planned_events import WARM_UP, events


@check("V421", level="note", preview=True)
def jump_at_planned_event(
    history: History, *, times: float = 4.0, share: float = 0.02, span: int = 3
) -> Iterator[Finding | Measured]:
    """A loss or the metric jumps at an epoch at which something was planned to change.

    ## Why is this bad?
    It is not. Where mosaic is closed the pictures become easier, and the training loss falls at once; where the rate steps
    down the loss steps down with it; at the end of the warm-up, or where the rate restarts, the loss can rise for a while.

    ## How to fix
    Nothing to do. If the jump is unwanted, change the plan: `close_mosaic=0`, a longer warm-up, a schedule without steps.

    Compared are the medians of `span` epochs before and after the event, with such differences elsewhere in the run: it
    counts above `times` their median, and `share` of the level. At the end of a warm-up, where all curves are steep, only a
    change for the worse counts. Defaults are guesses.
    """
    planned = {i: words for i, words in events(history).items() if i >= 2 and len(history) - i >= 2}
    if not planned:
        raise NotEnough("the log shows no planned event with epochs before and after it")
    named = [("training loss", history.train_loss, 1), ("validation loss", history.val_loss, 1)]
    named += [] if history.metric is None else [(*history.metric, -1)]
    yield Measured("planned events", len(planned))
    for index, event in planned.items():
        moved = [
            f"the {name} went from {before:.3g} to {after:.3g}"
            for name, values, worse in named
            for before, after, usual in [_around(values, index, span)]
            if abs(after - before) > max(times * usual, share * abs(before))
            and (worse * (after - before) > 0 or not event.startswith(WARM_UP))
        ]
        if moved:
            epoch = int(history.epoch[index])
            yield Finding(
                Place(path=history.source),
                f"at epoch {epoch} {event}, and {', '.join(moved)}: planned, no fault",
                (Measured("epoch of the event", epoch), curves_of(history, event, onset=float(epoch))),
            )


def _around(values: Floats, index: int, span: int) -> tuple[float, float, float]:
    """Medians before and after an epoch, and the median of such differences in the half of the run around it."""
    width = max(4 * span, len(values) // 4)
    places = range(max(span, index - width), min(len(values) - span, index + width) + 1)
    differences = [abs(_median(values[i : i + span]) - _median(values[i - span : i])) for i in places]
    usual = float(np.nanmedian(differences)) if differences and np.isfinite(differences).any() else float("inf")
    return _median(values[max(0, index - span) : index]), _median(values[index : index + span]), usual


def _median(values: Floats) -> float:
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if len(finite) else float("nan")


def _run(after: float, closes: int | None = 10) -> Facts:
    losses = [1.5 - 0.002 * i + 0.005 * (i % 3) - (after if i >= 40 else 0.0) for i in range(50)]
    rows = [{"train/box": v, "metric/mAP50": 0.5 + 0.001 * i} for i, v in enumerate(losses)]
    return {"history": history_of(rows, planned_epochs=50, mosaic_closes=closes)}


@jump_at_planned_event.fires_on
def a_loss_that_falls_where_mosaic_is_closed() -> Facts:
    return _run(after=0.2)


@jump_at_planned_event.fires_on
def a_rate_that_steps_down() -> Facts:
    rows = [
        {"train/loss": (1.0 if i < 15 else 0.6) + 0.01 * (i % 3), "lr/0": 0.1 if i < 15 else 0.01} for i in range(30)
    ]
    return {"history": history_of(rows)}


@jump_at_planned_event.quiet_on
def mosaic_closed_without_a_jump() -> Facts:
    return _run(after=0.0)


@jump_at_planned_event.quiet_on
def a_jump_that_nothing_explains() -> Facts:
    return _run(after=0.2, closes=20)
