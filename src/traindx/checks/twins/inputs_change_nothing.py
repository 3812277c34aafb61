"""B244: zeros in place of the pictures change neither loss nor gradients."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.tryout import Tryouts
from traindx.core.twins import unused
from traindx.core.twins_examples import with_twins


@check("B244", level="warning")
def inputs_change_nothing(tryouts: Tryouts) -> Iterator[Finding | Measured]:
    """With zeros in place of the pictures the loss and all gradients are the same: nothing of the pictures arrives.

    ## Why is this bad?
    A network that answers the same to everything can learn how frequent the classes are, and no more.

    ## How to fix
    Look for the first layer whose output does not depend on its input: units that never fire, saturated ones, weights of
    zero, a tensor that is made anew in place of the batch.
    """
    twins = tryouts.twins
    base = None if twins is None else twins.one("base", "later") or twins.one("base", "first")
    if twins is None or base is None or twins.one("zeroed", "first") is None:
        raise NotEnough("no twins were tried; run `traindx prove RUN --try twins`")
    moment = unused(twins)
    when = f"after {twins.steps} steps" if moment == "later" else "before training"
    yield Measured("loss with zeros in place of the pictures", "the same" if moment else "another", "another")
    if moment:
        text = f"{when} the loss of a batch and its gradients are the same with zeros in place of the pictures"
        yield Finding(Place(step=twins.steps if moment == "later" else 0), f"{text}: {base.loss:.4g}")


@inputs_change_nothing.fires_on
def a_dead_network() -> Facts:
    return {"tryouts": with_twins({"zeroed": 2.31}, {"zeroed": 0.8}, apart=0.0)}


@inputs_change_nothing.quiet_on
def a_last_layer_that_begins_at_zero() -> Facts:
    return {"tryouts": with_twins({"zeroed": 2.31}, {"zeroed": 2.3}, apart=0.6)}


@inputs_change_nothing.quiet_on
def as_usual() -> Facts:
    return {"tryouts": with_twins()}
