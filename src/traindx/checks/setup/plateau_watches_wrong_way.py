"""S156: a plateau schedule waits for the wrong direction of its metric."""

from __future__ import annotations

import re
from collections.abc import Iterator

from traindx.checks.setup.example import EPOCHS, stepping
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.schedules import plans_of
from traindx.core.setup import Setup

PLAIN = re.compile(r"[\w.\[\]\"'/@-]+")
RISES = re.compile(
    r"acc(uracy|\b|_|\d)|\bm?ap(50|\b|_)|_m?ap(50|\b)|\bf1|_f1|iou|dice|\bauc|_auc|recall|precision", re.IGNORECASE
)
FALLS = re.compile(r"loss|err|mse|mae|perplexity|nll", re.IGNORECASE)


@check("S156", level="warning")
def plateau_watches_wrong_way(setup: Setup) -> Iterator[Finding | Measured]:
    """`ReduceLROnPlateau` is told to wait for a minimum and given an accuracy, or for a maximum and given a loss.

    ## Why is this bad?
    Each improvement counts as a bad epoch: the rate falls while the training is going well, and after a few times `patience`
    it is nothing.

    ## How to fix
    `mode="max"` for what should rise (accuracy, mAP, IoU), `mode="min"`, the default, for losses.
    """
    plans = [p for p in plans_of(setup.text) if p.call.name == "ReduceLROnPlateau"]
    judged = [(p, str(p.call.get("mode", 1, "min")), _direction(s.text("metrics", 0))) for p in plans for s in p.steps]
    known = [(plan, mode, way) for plan, mode, way in judged if way and mode in ("min", "max")]
    if not known:
        raise NotEnough("no plateau schedule is given a metric whose name says in which direction it should go")
    for plan, mode, way in known:
        given = plan.steps[0].text("metrics", 0)
        yield Measured(f"mode of ReduceLROnPlateau, given {given}", mode, way)
        if mode != way:
            yield Finding(
                plan.place, f"mode={mode!r} and it is given {given}, should be mode={way!r}", fix=f"mode={way!r}"
            )


def _direction(text: str) -> str:
    """`max` or `min` by a metric's name; empty of an expression, or a name that says neither or both."""
    if not PLAIN.fullmatch(text) or bool(RISES.search(text)) == bool(FALLS.search(text)):
        return ""
    return "max" if RISES.search(text) else "min"


@plateau_watches_wrong_way.fires_on
def an_accuracy_that_should_fall() -> Facts:
    return stepping("ReduceLROnPlateau", EPOCHS, by="val_acc", patience=5)


@plateau_watches_wrong_way.quiet_on
def a_loss() -> Facts:
    return stepping("ReduceLROnPlateau", EPOCHS, by="val_loss")


@plateau_watches_wrong_way.quiet_on
def an_accuracy_that_should_rise() -> Facts:
    return stepping("ReduceLROnPlateau", EPOCHS, by="results['val_acc']", mode="max")
