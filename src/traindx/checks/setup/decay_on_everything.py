"""S168: a strong weight decay is asked for all parameters alike, norms and biases among them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from traindx.checks.setup.example import Text, adam_with_groups, call, calling
from traindx.core.asked_optimizer import DECOUPLED, optimizers_of
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.setup import Setup

_WHOLE = re.compile(r"^\w[\w.]*\.parameters\(\)$")


@check("S168", level="note")
def decay_on_everything(setup: Setup, *, least: float = 0.05) -> Iterator[Finding | Measured]:
    """AdamW is given all parameters of a network in one group, with a weight decay of recipes that leave norms and biases out.

    ## Why is this bad?
    It is legal, and costs little or nothing in a short training. Over a long one the scales of normalisation layers shrink; recipes
    that have such a decay (ConvNeXt, Swin, DeiT) keep it from parameters of one dimension.

    ## How to fix
    Two groups: the decay for parameters with two dimensions or more, none for the others.

    Reported from `least` on, the decay of torchvision's ConvNeXt and Swin, which are trained with `--norm-weight-decay 0.0`
    (`references/classification/README.md`).
    """
    judged = [o for o in optimizers_of(setup) if o.kind in DECOUPLED and o.decay is not None and not setup.trainer]
    whole = {c.line for c in setup.text.calls if _WHOLE.match(c.text("params", 0)) and not c.groups}
    if not judged:
        raise NotEnough("no weight decay of AdamW or one of its kin can be read")
    for asked in judged:
        decay = asked.decay or 0.0
        yield Measured(
            f"weight decay of {asked.kind} on all parameters",
            decay if asked.place.line in whole else 0,
            f"below {least:g}",
        )
        if decay >= least and not asked.group and asked.place.line in whole:
            place = asked.decay_place or asked.place
            yield Finding(place, f"weight decay {decay:g} of {asked.kind} is also that of norms and biases")


@decay_on_everything.fires_on
def all_in_one_group() -> Facts:
    return calling(call("torch.optim.AdamW", params=Text("model.parameters()"), lr=1e-3, weight_decay=0.05))


@decay_on_everything.quiet_on
def the_default_decay() -> Facts:
    return calling(call("torch.optim.AdamW", params=Text("model.parameters()"), lr=1e-3))


@decay_on_everything.quiet_on
def a_head_alone() -> Facts:
    return calling(call("torch.optim.AdamW", params=Text("head_of(model)"), lr=1e-3, weight_decay=0.1))


@decay_on_everything.quiet_on
def two_groups() -> Facts:
    return adam_with_groups({"decayed": 1e-3, "others": 1e-3})
