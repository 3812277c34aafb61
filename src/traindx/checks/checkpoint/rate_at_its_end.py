"""S219: a training that goes on from the checkpoint goes on at a rate of nearly nothing."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.checkpoint.example import SCHEDULE, model, optimizer, saved
from traindx.core.check import Facts, NotEnough, check
from traindx.core.checkpoint import Checkpoint
from traindx.core.finding import Finding, Measured, Place


@check("S219", level="note")
def rate_at_its_end(checkpoint: Checkpoint, *, share: float = 2e-3) -> Iterator[Finding | Measured]:
    """The saved optimizer's rate is a five-hundredth of its first one, or less: its schedule is at its end.

    ## Why is this bad?
    Of a training that is over it is right. One that is resumed from here for more epochs hardly moves, or its schedule, asked
    beyond its end, rises again.

    ## How to fix
    For more epochs start anew from the weights alone, with a rate and a schedule of their own, or plan the whole length
    from the start. A checkpoint of a warm-up's first steps looks the same.

    `share` is of the first rate, a guess.
    """
    groups = [group for part in checkpoint.of("optimizer") for group in part.groups]
    pairs = [(g["lr"], g["initial_lr"]) for g in groups if isinstance(g.get("initial_lr"), (int, float))]
    known = [(float(now), float(first)) for now, first in pairs if isinstance(now, (int, float)) and first > 0]
    if not known:
        raise NotEnough("the checkpoint holds no rates that a schedule set")
    least = max(now / first for now, first in known)
    yield Measured("saved rate, as a share of the first one", least, f"over {share:g}")
    if least <= share:
        now, first = max(known)
        text = f"the saved rate is {now:.3g} of {first:g} at first: a training that goes on from here hardly moves"
        yield Finding(Place(path=checkpoint.path, setting="lr"), text)


@rate_at_its_end.fires_on
def a_cosine_that_is_over() -> Facts:
    return saved(model(), optimizer(lr=0.0), SCHEDULE)


@rate_at_its_end.quiet_on
def half_way() -> Facts:
    return saved(model(), optimizer(lr=5e-4), SCHEDULE)


@rate_at_its_end.quiet_on
def the_hundredth_that_ultralytics_ends_at() -> Facts:
    return saved(model(), optimizer(lr=1e-5), SCHEDULE)
