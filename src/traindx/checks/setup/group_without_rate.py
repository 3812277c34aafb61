"""S146: a group of parameters is given a rate of zero."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.setup.example import adam_with_groups
from traindx.core.asked_optimizer import optimizers_of
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.setup import Setup


@check("S146", level="note")
def group_without_rate(setup: Setup) -> Iterator[Finding | Measured]:
    """A group of parameters has a rate of zero, and nothing in the script gives it another.

    ## Why is this bad?
    It is legal. Its weights never move, as if they were frozen, but gradients and states are made for them all the same, and batch
    norms in it go on gathering statistics. A schedule multiplies the rate of zero and leaves it so.

    ## How to fix
    `requires_grad_(False)` for what is to stay as it is, or a rate that is a tenth of the head's.

    A script that writes into `param_groups` is not judged: it may free the group later.
    """
    judged = [o for o in optimizers_of(setup) if o.rate is not None]
    if not judged:
        raise NotEnough("no rate of an optimizer can be read")
    for asked in judged:
        yield Measured("rate of a group" if asked.group else f"rate of {asked.kind}", asked.rate, "above 0")
        if asked.rate == 0.0 and "param_groups" not in setup.text.stored:
            whose = f"the group {asked.group.partition(' = ')[0]}" if asked.group else asked.kind
            yield Finding(asked.place, f"{whose} has a rate of 0: its weights never move")


@group_without_rate.fires_on
def a_backbone_held_by_its_rate() -> Facts:
    return adam_with_groups({"backbone": 0.0, "model.fc.parameters()": 1e-4})


@group_without_rate.quiet_on
def a_backbone_that_is_freed_later() -> Facts:
    return adam_with_groups({"backbone": 0.0, "model.fc.parameters()": 1e-4}, stored=frozenset({"param_groups"}))
