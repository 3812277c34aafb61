"""S139: the weight decay that is asked for is far above any recipe."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.setup.example import asking, call, calling
from traindx.core.asked_optimizer import DECOUPLED, optimizers_of
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.setup import Setup


@check("S139", level="warning")
def decay_asked_too_high(
    setup: Setup, *, coupled: float = 0.04, decoupled: float = 1.0
) -> Iterator[Finding | Measured]:
    """The weight decay is far above what recipes of this optimizer use.

    ## Why is this bad?
    The decay outweighs the gradient: weights shrink to nothing and the loss stays at chance. A decay of AdamW (0.05) given to
    Adam or SGD is added to the gradient and acts a hundred times as strongly.

    ## How to fix
    1e-4 to 5e-4 for SGD and Adam, 0.01 to 0.3 for AdamW.

    Reported from `coupled` on for SGD and Adam, where the strongest recipe of torchvision has 1e-3, and above `decoupled`
    for AdamW, where vision transformers have 0.3 (guesses over these).
    """
    judged = [o for o in optimizers_of(setup) if o.decay is not None]
    if not judged:
        raise NotEnough("no weight decay can be read")
    for asked in judged:
        limit = decoupled if asked.kind in DECOUPLED else coupled
        decay = asked.decay or 0.0
        yield Measured(f"weight decay of {asked.kind}", decay, f"below {limit:g}")
        if decay > decoupled or (asked.kind not in DECOUPLED and decay >= coupled):
            place = setup.place("weight_decay") if setup.trainer else asked.decay_place or asked.place
            usual = "0.01 to 0.3" if asked.kind in DECOUPLED else "1e-4 to 5e-4"
            yield Finding(place, f"weight decay {decay:g} of {asked.kind}, usual are {usual}")


@decay_asked_too_high.fires_on
def a_decay_of_adamw_in_adam() -> Facts:
    return calling(call("torch.optim.Adam", lr=1e-3, weight_decay=0.05))


@decay_asked_too_high.quiet_on
def a_vision_transformer() -> Facts:
    return calling(call("torch.optim.AdamW", lr=3e-3, weight_decay=0.3))


@decay_asked_too_high.quiet_on
def the_recipe_of_yolo() -> Facts:
    return asking(optimizer="SGD", weight_decay=0.0005)
