"""V457: in the log's table of classes those with few samples are hardly ever found, and the others are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place, Table
from traindx.core.history import History, OfClass, history_of


@check("V457", level="warning", preview=True)
def rare_classes_never_found(
    history: History, *, rare: float = 0.34, few: float = 0.2, others: float = 0.6, least: int = 3
) -> Iterator[Finding | Measured]:
    """The last table of single classes shows classes with few samples and hardly any of them found, beside others that are.

    ## Why is this bad?
    The accuracy, or the mean of all, looks good because the other classes are many. Often it is the rare class that matters.

    ## How to fix
    Draw rare classes more often (`WeightedRandomSampler`), weight them in the loss, collect more of them; and judge by the mean
    of the classes' recall, not by accuracy. `traindx check DATA` counts the classes of the training split.

    A class is rare with under `rare` of the median number of samples in validation, which is taken to be split as training is. It
    is missed with a recall under `few` of at least `least` samples, while the median of the others is above `others`. Guesses.
    """
    if not history.classes:
        raise NotEnough("needs a console log with a table of single classes")
    usual = float(np.median([c.samples for c in history.classes]))
    rares = [c for c in history.classes if least <= c.samples < rare * usual]
    missed = [c for c in rares if c.recall < few]
    common = [c.recall for c in history.classes if c.samples >= rare * usual]
    yield Measured("rare classes that are hardly found", len(missed), "0")
    if missed and float(np.median(common)) > others:
        worst = min(missed, key=lambda c: (c.recall, c.samples))
        more = f" and {len(missed) - 1} more" if len(missed) > 1 else ""
        yield Finding(
            Place(path=history.source),
            f"class {worst.name} has {worst.samples} samples in validation (the median is {usual:g}) and a recall of "
            f"{worst.recall:.2g}{more}; that of the usual classes is {float(np.median(common)):.2g}",
            (Table("classes", ("class", "samples", "recall"), tuple((c.name, c.samples, c.recall) for c in missed)),),
        )


def _with(*classes: tuple[str, int, float]) -> Facts:
    held = tuple(OfClass(*one) for one in classes)
    return {"history": history_of([{"train/loss": 0.3}], tool="a console log", classes=held)}


@rare_classes_never_found.fires_on
def two_rare_classes() -> Facts:
    return _with(("car", 400, 0.93), ("bus", 310, 0.88), ("van", 290, 0.8), ("tram", 22, 0.05), ("cart", 9, 0.0))


@rare_classes_never_found.quiet_on
def a_rare_class_that_is_found() -> Facts:
    return _with(("car", 400, 0.93), ("bus", 310, 0.88), ("van", 290, 0.8), ("tram", 22, 0.7))


@rare_classes_never_found.quiet_on
def a_hard_class_that_is_not_rare() -> Facts:
    return _with(("car", 400, 0.93), ("bus", 310, 0.88), ("van", 290, 0.1))


@rare_classes_never_found.quiet_on
def a_model_that_finds_nothing() -> Facts:
    return _with(("car", 400, 0.05), ("bus", 310, 0.1), ("tram", 22, 0.0))
