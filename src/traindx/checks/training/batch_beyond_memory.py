"""T521: the run's batch does not fit in memory."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.tryout import Tryouts
from traindx.core.tryout_examples import fitted
from traindx.core.tryout_words import fit_curve, size


@check("T521", level="warning")
def batch_beyond_memory(tryouts: Tryouts) -> Iterator[Finding | Measured]:
    """Two steps at the run's batch size take more memory than there is.

    ## Why is this bad?
    The run ends with an out-of-memory error, at once or with the first batch that holds more objects than most.

    ## How to fix
    Take the largest batch that fits, and add up the gradients of as many as make up the batch that was wanted.
    A tenth of the memory is kept free. Batch norms see the smaller batch.
    """
    fit = tryouts.fit
    if fit is None:
        raise NotEnough("no batches were tried; run `traindx prove RUN --try batch-fit`")
    yield Measured("batch", fit.own, f"at most {fit.largest} in {size(fit.limit)}")
    if fit.largest < fit.own:
        text = (
            f"a batch of {fit.own} takes {size(fit.base + fit.per_sample * fit.own)}, and {size(fit.limit)} are there"
        )
        better = f": {fit.largest} fit, and {fit.accumulate} of them make up the batch" if fit.largest else ""
        yield Finding(Place(setting="batch_size"), text + better, (fit_curve(fit),))


@batch_beyond_memory.fires_on
def sixty_four_in_two_gigabytes() -> Facts:
    return {"tryouts": fitted(64, 2 * 2**30)}


@batch_beyond_memory.quiet_on
def eight_in_two_gigabytes() -> Facts:
    return {"tryouts": fitted(8, 2 * 2**30)}
