"""T512: most of the loss on a few samples stays."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, flat
from traindx.core.finding import Finding, Measured, Place
from traindx.core.trend import trend
from traindx.core.tryout import Tryouts
from traindx.core.tryout_examples import few
from traindx.core.tryout_words import overfit_curve, stuck


@check("T512", level="note")
def few_samples_learned_in_part(
    tryouts: Tryouts, *, left: float = 0.5, still: float = 0.05
) -> Iterator[Finding | Measured]:
    """Trained on the same few samples, the loss falls, stops falling, and most of it is left.

    ## Why is this bad?
    A network with too few weights, or with too much dropout or noise before them, cannot hold even a few samples.

    ## How to fix
    Try a larger network, or the same without dropout and augmentation.

    `left` is the share of the loss that counts as most of it, `still` how much the last third may fall to count as
    standing: both are guesses.
    """
    test = tryouts.overfit
    if test is None:
        raise NotEnough("no few samples were tried; run `traindx prove RUN --try overfit`")
    if stuck(test):
        raise NotEnough("the loss on the few samples does not fall at all")
    last = trend(np.array(test.losses[-max(20, len(test.losses) // 3) :]))
    yield Measured("loss left on the few samples", round(test.left, 4), f"under {left:g}")
    yield Measured("fall of the last third", round(last.drop, 4))
    if test.left > left and last.drop < still:
        text = f"{test.samples} samples are learned in part: {test.left:.0%} of the loss is left after {len(test.losses)} steps"
        yield Finding(Place(step=0), f"{text}, and it no longer falls", (overfit_curve(test),))


@few_samples_learned_in_part.fires_on
def a_third_learned() -> Facts:
    return {"tryouts": few([*falling(end=1.5, steps=30), *flat(1.5, 90)])}


@few_samples_learned_in_part.quiet_on
def still_falling() -> Facts:
    return {"tryouts": few([2.3 - 0.008 * i for i in range(120)])}


@few_samples_learned_in_part.quiet_on
def learned_by_heart() -> Facts:
    return {"tryouts": few(falling(end=0.001))}
