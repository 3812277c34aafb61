"""T511: the training cannot learn a few samples by heart."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, flat
from traindx.core.finding import Finding, Measured, Place
from traindx.core.tryout import Tryouts
from traindx.core.tryout_examples import few
from traindx.core.tryout_words import overfit_curve, stuck


@check("T511", level="warning")
def few_samples_not_learned(tryouts: Tryouts) -> Iterator[Finding | Measured]:
    """Trained on the same few samples again and again, the loss stays where it was.

    ## Why is this bad?
    Any network that works can learn a handful of samples by heart, wrong labels and all. Where it cannot, more data, other
    augmentation or a longer training will not help either.

    ## How to fix
    Look at what stands between the samples and the weights: the gradient, the optimizer, the rate, the loss, the inputs.
    If it learns them and still fails on the whole set, these work, and the data or the regularisation is left.
    """
    test = tryouts.overfit
    if test is None:
        raise NotEnough("no few samples were tried; run `traindx prove RUN --try overfit`")
    yield Measured("loss left on the few samples", round(test.left, 4), "under 0.97, and by more than its noise")
    if stuck(test):
        text = (
            f"{test.samples} samples are not learned in {len(test.losses)} steps: the loss goes from {test.start:.4g}"
        )
        yield Finding(Place(step=0), f"{text} to {test.end:.4g}", (overfit_curve(test),))


@few_samples_not_learned.fires_on
def a_loss_that_stays() -> Facts:
    return {"tryouts": few(flat())}


@few_samples_not_learned.fires_on
def one_that_ends_not_finite() -> Facts:
    return {"tryouts": few([2.3] * 10 + [float("inf")] * 20)}


@few_samples_not_learned.quiet_on
def learned_by_heart() -> Facts:
    return {"tryouts": few(falling(end=0.001))}


@few_samples_not_learned.quiet_on
def learned_in_part() -> Facts:
    return {"tryouts": few(falling(end=1.5))}
