"""M228: the scores of a classifier have a bound that keeps its loss far from zero."""

from __future__ import annotations

import math
from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.network import Network
from traindx.core.network_example import network_with

BY_THEMSELVES = ("Sigmoid", "Tanh", "Softmax", "LogSoftmax", "Clamp", "Hardtanh")
"""Operations that bound scores and have a check of their own."""


@check("M228", level="warning")
def scores_cannot_grow(network: Network, *, share: float = 0.2) -> Iterator[Finding | Measured]:
    """The scores of a classifier do not grow with its weights and features: a cosine without a scale.

    ## Why is this bad?
    Scores of normalised vectors stay within -1..1. Cross entropy of such scores cannot fall below `log(1 + (K - 1) / e^2)`: 0.80
    for ten classes, 2.7 for a hundred. The loss stops there, and its gradient hardly tells right from wrong.

    ## How to fix
    Multiply the cosines: by a learned scale (`logit_scale.exp()`, from 1 / 0.07 on), or by 16 to 64 as CosFace and ArcFace do.

    Where the loss multiplies them (ArcFace as a module of its own), nothing is to be done.

    Measured: the class weights and what they are multiplied with are made sixteen times as large. Where no score grows, the class
    weights are turned towards a sample and away from it, and the highest and lowest scores are the bounds. Reported where the
    least loss that they allow is above `share` of that of a guess (Wang et al. 2017, NormFace, section 3.3, give the bound).
    """
    ceiling, scores = network.ceiling, network.scores
    if scores is None or network.task != "classify" or scores.made_by in BY_THEMSELVES:
        raise NotEnough("the network gives no scores of classes whose bounds could be measured")
    if ceiling is None:
        yield Measured("do scores grow with the class weights", "yes", "yes")
        return
    low, high, layer = ceiling
    least, chance = math.log1p((scores.classes - 1) * math.exp(low - high)), math.log(scores.classes)
    yield Measured("least cross entropy that the bounds of the scores allow", least, f"below {share * chance:.3g}")
    if least > share * chance:
        text = f"scores stay within {low:.3g}..{high:.3g} however large weights and features are"
        bound = f"cross entropy of {scores.classes} classes cannot fall below {least:.2g} (a guess has {chance:.2g})"
        yield Finding(
            network.place(layer), f"{text}: {bound}; should be multiplied by a scale of 16 or more, here or in the loss"
        )


@scores_cannot_grow.fires_on
def cosines_of_ten_classes() -> Facts:
    return {"network": network_with(ceiling=(-0.97, 0.98, "head"))}


@scores_cannot_grow.quiet_on
def cosines_with_a_scale() -> Facts:
    return {"network": network_with(ceiling=(-29.0, 29.0, "head"))}


@scores_cannot_grow.quiet_on
def logits_of_a_linear_layer() -> Facts:
    return {"network": network_with()}
