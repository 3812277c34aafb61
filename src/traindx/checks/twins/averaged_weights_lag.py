"""B248: averaged weights have not followed what was learned."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.tryout import Tryouts
from traindx.core.twins import gap
from traindx.core.twins_examples import with_twins
from traindx.core.twins_words import significant


@check("B248", level="note")
def averaged_weights_lag(tryouts: Tryouts) -> Iterator[Finding | Measured]:
    """A copy of the network with averaged weights (EMA) has a loss near the one that the training began with.

    ## Why is this bad?
    It is not, in a long training: averages follow late. Validation of the copy says little until then, and after a short
    training it never says more.

    ## How to fix
    Validate the raw weights as well; a lower decay, or one that rises from zero, for short trainings.

    Reported where it lacks half of what was learned (a guess).
    """
    twins = tryouts.twins
    found = None if twins is None else gap(twins, "average")
    if twins is None or found is None:
        raise NotEnough("needs twins of a training with averaged weights; run `traindx prove RUN --try twins`")
    if not significant(found):
        raise NotEnough("too little was learned in the twins' steps to lag behind")
    yield Measured("share of what was learned that the average lacks", round(found.lost, 3), "under 0.5")
    if found.loses:
        text = f"after {twins.steps} steps the loss is {found.base:.4g} with the raw weights"
        yield Finding(
            Place(step=twins.steps),
            f"{text}, {found.changed:.4g} with a copy's (with nothing learned {found.nothing:.4g})",
        )


@averaged_weights_lag.fires_on
def a_decay_of_nearly_one() -> Facts:
    return {"tryouts": with_twins(later={"average": 2.2})}


@averaged_weights_lag.quiet_on
def an_average_that_follows() -> Facts:
    return {"tryouts": with_twins(later={"average": 0.7})}
