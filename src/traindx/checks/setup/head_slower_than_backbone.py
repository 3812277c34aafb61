"""S145: the head of a network is given a far smaller rate than its backbone."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.setup.example import adam_with_groups
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.parameter_groups import groups_by_optimizer, part_of
from traindx.core.setup import Setup


@check("S145", level="warning")
def head_slower_than_backbone(setup: Setup, *, times: float = 5.0) -> Iterator[Finding | Measured]:
    """Of the groups of an optimizer, that of the head has a smaller rate than that of the backbone.

    ## Why is this bad?
    A head that is new starts at random and has the most to learn, a backbone that is pretrained the least: with the rates the wrong
    way round the backbone is trained on the noise of a head that hardly moves.

    ## How to fix
    The head at the full rate, the backbone at a tenth of it: `[{"params": backbone, "lr": 1e-5}, {"params": head, "lr": 1e-4}]`.

    Reported where it is smaller by `times` or more (a guess; recipes of DETR and of fine-tuned transformers give the head ten
    times the backbone's). Which group is which is read from the names in the script; groups whose names tell neither are not
    judged. A head that is trained already, for new pictures, is right with a small rate.
    """
    judged = 0
    for groups in groups_by_optimizer(setup):
        heads = [g for g in groups if part_of(g.group) == "head" and g.rate]
        bodies = [g for g in groups if part_of(g.group) == "body" and g.rate]
        if not heads or not bodies:
            continue
        judged += 1
        head, body = max(heads, key=lambda g: g.rate or 0.0), max(bodies, key=lambda g: g.rate or 0.0)
        share = (body.rate or 0.0) / (head.rate or 1.0)
        yield Measured("rate of the backbone over that of the head", share, f"below {times:g}")
        if share >= times:
            text = (
                f"the head has a rate of {head.rate:g} and the backbone one of {body.rate:g} (line {body.place.line})"
            )
            yield Finding(head.place, f"{text}, should be the other way round where the head is new")
    if not judged:
        raise NotEnough("no groups of parameters are named after a head and a backbone")


@head_slower_than_backbone.fires_on
def rates_the_wrong_way_round() -> Facts:
    return adam_with_groups({"backbone": 1e-3, "model.fc.parameters()": 1e-6})


@head_slower_than_backbone.quiet_on
def a_backbone_at_a_tenth() -> Facts:
    return adam_with_groups({"backbone": 1e-5, "model.fc.parameters()": 1e-4})
