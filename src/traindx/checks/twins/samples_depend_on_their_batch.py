"""B246: what was learned holds only with the statistics of the very batch."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.tryout import Tryouts
from traindx.core.twins import gap
from traindx.core.twins_examples import with_twins
from traindx.core.twins_words import significant


@check("B246", level="warning")
def samples_depend_on_their_batch(tryouts: Tryouts, *, few: int = 8) -> Iterator[Finding | Measured]:
    """With batch norms' statistics of many samples, in place of those of the very batch, the network has lost what it learned.

    ## Why is this bad?
    The statistics of a few samples differ from batch to batch, and the network has learned to need them. Validation
    normalises all samples alike, and finds nothing of it.

    ## How to fix
    A larger batch, group normalisation, or batch norms that are kept as they were in a pretrained network.

    Reported for up to `few` samples a batch where half of what was learned is lost with running statistics too, in nearly
    each batch; both are guesses.
    """
    twins = tryouts.twins
    running = None if twins is None else gap(twins, "running")
    fresh = None if twins is None else gap(twins, "refreshed")
    if twins is None or running is None or fresh is None:
        raise NotEnough("needs twins of a network with batch norms; run `traindx prove RUN --try twins`")
    if not significant(fresh):
        raise NotEnough("too little was learned in the twins' steps to be lost")
    yield Measured("share of what was learned lost with statistics of all", round(fresh.lost, 3), "under 0.5")
    yield Measured("samples a batch", twins.samples, f"over {few}")
    if running.loses and fresh.loses and twins.samples <= few:
        text = f"with the statistics of {twins.samples} samples the loss is {fresh.base:.4g}, with those of"
        text += f" {twins.samples * twins.batches} it is {fresh.changed:.4g} (with nothing learned {fresh.nothing:.4g})"
        yield Finding(Place(setting="batch_size"), text)


@samples_depend_on_their_batch.fires_on
def two_samples_a_batch() -> Facts:
    return {"tryouts": with_twins(later={"running": 2.4, "refreshed": 2.5}, samples=2)}


@samples_depend_on_their_batch.quiet_on
def two_samples_and_nothing_lost() -> Facts:
    return {"tryouts": with_twins(later={"running": 2.4, "refreshed": 1.0}, samples=2)}


@samples_depend_on_their_batch.quiet_on
def running_statistics_that_keep_it() -> Facts:
    return {"tryouts": with_twins(later={"running": 0.9, "refreshed": 2.5}, samples=2)}


@samples_depend_on_their_batch.quiet_on
def a_batch_of_64() -> Facts:
    return {"tryouts": with_twins(later={"running": 2.4, "refreshed": 1.9}, samples=64)}
