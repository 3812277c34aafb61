"""What a tryout showed, in words, numbers and curves, for the report's overview."""

from __future__ import annotations

import math
from collections.abc import Iterator

from traindx.core.finding import Curve, Evidence, Line, Table
from traindx.core.tryout import BatchFit, Overfit, RangeTest, Tryouts
from traindx.core.twins_words import twins_overview

COLUMNS = ("what was tried", "what it showed", "what that means")
SIGNS = "▁▂▃▄▅▆▇█"
WIDTH = 40
"""Signs of a curve in words."""


def tryouts_overview(found: Tryouts) -> tuple[Evidence, ...]:
    """A table for each thing that was tried, with a curve where there is one."""
    shown: list[Evidence] = [] if found.twins is None else [*twins_overview(found.twins)]
    if found.range is not None:
        shown += [Table(_swept(found.range), COLUMNS, tuple(_of_range(found.range))), range_curve(found.range)]
    if found.overfit is not None:
        title = f"Trained on the same {found.overfit.samples} samples {len(found.overfit.losses)} times"
        shown += [Table(title, COLUMNS, tuple(_of_overfit(found.overfit))), overfit_curve(found.overfit)]
    if found.fit is not None:
        title = f"Batches against {size(found.fit.limit)} of memory ({found.fit.where})"
        shown += [Table(title, COLUMNS, tuple(_of_fit(found.fit))), fit_curve(found.fit)]
    return tuple(shown)


def range_curve(test: RangeTest) -> Curve:
    """Loss against rate, cut at twice its level, so that what happens before it breaks is seen."""
    most = max(2 * abs(test.level), 1e-12)
    seen = [(r, y) for r, y in zip(test.rates, test.losses, strict=True) if not math.isnan(y)]
    raw = [(r, min(y, most)) for r, y in seen]
    smooth = [(r, min(y, most)) for r, y in zip(test.rates, test.smoothed, strict=False)]
    lines = [Line("loss", *_columns(raw)), Line("smoothed", *_columns(smooth))]
    if test.own is not None:
        low = [y for _, y in smooth] or [0.0, 1.0]
        lines.append(Line("the run's own rate", (test.own, test.own), (min(low), max(low))))
    return Curve(
        "Loss while the learning rate rises, cut at twice its level", tuple(lines), "learning rate", "loss", log_x=True
    )


def overfit_curve(test: Overfit) -> Curve:
    """Loss against step."""
    steps = tuple(map(float, range(len(test.losses))))
    return Curve("Loss on the same few samples", (Line("loss", steps, test.losses),), "step", "loss")


def fit_curve(fit: BatchFit) -> Curve:
    """Peak memory against batch size, measured and as it goes on."""
    gib = 2.0**30
    sizes = tuple(float(n) for n, _ in fit.measured)
    line = Line("measured", sizes, tuple(m / gib for _, m in fit.measured))
    ends = (1.0, float(max(fit.largest, fit.own, *(n for n, _ in fit.measured), 1)))
    drawn = Line("forecast", ends, tuple((fit.base + fit.per_sample * n) / gib for n in ends))
    bound = Line("limit", ends, (fit.limit / gib, fit.limit / gib))
    return Curve("Peak memory of two steps", (line, drawn, bound), "batch", "GiB")


def standing(test: RangeTest) -> str:
    """Where the run's own rate stands, in words."""
    own = test.own
    if own is None:
        return "the run's own rate is not known"
    if test.breaks is not None and own >= test.breaks:
        return f"your {own:.2g} is {_times(own / test.breaks)} where the loss breaks"
    if test.falls is None:
        return f"no rate makes the loss fall, so that your {own:.2g} is not what is wrong"
    if test.reach is not None and test.reach < test.falls / LOW:
        return f"your {own:.2g} moves too little: in {test.steps} steps it gets as far as the sweep at {test.reach:.2g}"
    if test.lowest is not None and own > test.lowest:
        return f"your {own:.2g} lies between the lowest loss and where it breaks, too near to the edge for most"
    return f"your {own:.2g} lies where the loss falls"


LOW = 3.0
"""A run is called too slow if the sweep gets so many times as far before its loss begins to fall. A guess."""


def _times(ratio: float) -> str:
    return f"{ratio:.2g} times above" if ratio >= 1.05 else "just"


def _swept(test: RangeTest) -> str:
    seeds = f", mean of {test.seeds} seeds" if test.seeds > 1 else ""
    return f"Learning rate swept from {test.rates[0]:.0e} to {test.rates[-1]:.0e} in {len(test.rates)} steps{seeds}"


def _of_range(test: RangeTest) -> Iterator[tuple[str, str, str]]:
    yield "loss", sparkline(test), f"starts at {test.level:.4g}, and strays by {test.noise:.2g} while nothing moves"
    if test.falls is None:
        yield "falls", "nowhere", "the rate is not the cause: look at labels, loss, gradient and inputs"
    else:
        yield "falls", f"from {test.falls:.2g}", f"most at {test.steepest:.2g}, lowest at {test.lowest:.2g}"
    yield "breaks", "nowhere" if test.breaks is None else f"at {test.breaks:.2g}", ""
    suggested = test.suggested
    yield "your rate", "unknown" if test.own is None else f"{test.own:.2g}", standing(test)
    if suggested is not None:
        yield "a rate to start from", f"{suggested:.2g}", "the steepest, at most a quarter of the lowest"


def sparkline(test: RangeTest) -> str:
    """The smoothed loss as signs, from the lowest rate to where it ends; what is above twice its level is a cross."""
    values = [y for y in test.smoothed if not math.isnan(y)]
    most = 2 * abs(test.level)
    every = max(1, math.ceil(len(values) / WIDTH))
    taken = values[::every]
    known = [y for y in taken if y <= most] or [0.0]
    low, span = min(known), max(max(known) - min(known), 1e-12)
    return "".join("×" if y > most else SIGNS[min(7, int((y - low) / span * 8))] for y in taken)


def _of_overfit(test: Overfit) -> Iterator[tuple[str, str, str]]:
    floor = f" (the least possible is {test.floor:.3g})" if test.floor else ""
    yield "loss", f"{test.start:.4g} to {test.end:.4g}", f"{max(test.left, 0):.0%} is left{floor}"
    yield "so", *verdict_of(test)


def verdict_of(test: Overfit) -> tuple[str, str]:
    """Whether the samples were learned by heart, in part, or not at all; and what that means."""
    if test.end < 0.5 * test.start and test.left <= LEARNED:
        return (
            "learned by heart",
            "model, loss, gradient and optimizer work: look at data, regularisation, length of training",
        )
    if stuck(test):
        return (
            "not learned at all",
            "the fault is in the model, the loss, the gradient, the rate or the labels of these samples",
        )
    return "learned in part", "more steps, less dropout and augmentation, or a larger model would tell"


LEARNED = 0.2
"""The share of the loss that may be left where samples were learned by heart. A guess: a detector's loss keeps more."""


def stuck(test: Overfit) -> bool:
    """Whether the loss has not moved: by less than 3 %, or than its noise."""
    fall = test.start - test.end
    return not math.isfinite(test.end) or fall < max(0.03 * abs(test.start), 2 * test.noise)


def _of_fit(fit: BatchFit) -> Iterator[tuple[str, str, str]]:
    for samples, peak in fit.measured:
        yield f"batch {samples}", size(peak), "measured"
    for samples in fit.failed:
        yield f"batch {samples}", "did not fit", "measured"
    yield "each sample", size(fit.per_sample), f"on top of {size(fit.base)}"
    more = f"your {fit.own} fits" if fit.largest >= fit.own else f"your {fit.own} does not fit"
    add = f": batch {fit.largest} and accumulate {fit.accumulate} is as good" if 0 < fit.largest < fit.own else ""
    add = ", nor does a single sample" if not fit.largest else add
    yield "largest batch", str(fit.largest), more + add


def size(value: float) -> str:
    """Bytes for people."""
    return f"{value / 2**30:.2f} GiB" if value >= 2**30 else f"{value / 2**20:.1f} MiB"


def _columns(points: list[tuple[float, float]]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return tuple(x for x, _ in points), tuple(y for _, y in points)
