"""M222: the last operation of a classifier is a ReLU."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.network import Network
from traindx.core.network_example import network_with, scores_with

CUTS = ("Relu", "Hardtanh", "Clamp", "ClampMin", "Threshold", "Relu6")


@check("M222", level="error")
def logits_cut_off_when_built(network: Network) -> Iterator[Finding | Measured]:
    """The scores of the classes pass a ReLU before they leave the network.

    ## Why is this bad?
    No class can be called unlikely: negative scores become zero and lose their gradient. A class whose score is negative for all
    samples never comes back.

    ## How to fix
    Take the activation behind the last linear layer out.

    Read from the graph: the operation that made the scores cuts at zero. A ReLU whose maps are averaged afterwards, as in
    SqueezeNet, is not named.
    """
    scores = network.scores
    if scores is None or scores.classes < 2 or network.task != "classify" or not scores.made_by:
        return
    yield Measured("operation that made the scores", scores.made_by, "no cut at zero")
    if scores.made_by in CUTS and scores.low >= 0:
        text = f"the scores are the output of a {scores.made_by} and lie in {scores.low:.3g}..{scores.high:.3g}"
        yield Finding(
            network.place(network.head), f"{text}: what {network.head} gives below zero is lost (should be logits)"
        )


@logits_cut_off_when_built.fires_on
def a_relu_behind_the_last_layer() -> Facts:
    return {"network": network_with(scores=scores_with(low=0.0, made_by="Relu"))}


@logits_cut_off_when_built.quiet_on
def logits_of_a_linear_layer() -> Facts:
    return {"network": network_with()}


@logits_cut_off_when_built.quiet_on
def averaged_maps_behind_a_relu() -> Facts:
    return {"network": network_with(scores=scores_with(low=0.0, made_by="AdaptiveAvgPool2D"))}
