"""M227: the scores of a classifier leave it through a sigmoid or a tanh."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.network import Network
from traindx.core.network_example import network_with, scores_with

BOUNDS = {"Sigmoid": (0.0, 1.0), "Tanh": (-1.0, 1.0)}


@check("M227", level="warning")
def outputs_bounded(network: Network, *, fewest: int = 3) -> Iterator[Finding | Measured]:
    """The last operation of a classifier of several classes, one of which is right, is a sigmoid or a tanh.

    ## Why is this bad?
    `F.cross_entropy` takes logits without bounds. Of scores in 0..1 no class can reach a probability above e / (e + K - 1), 0.23
    for 10 classes: the loss falls slowly and stops far above zero.

    ## How to fix
    Return what the last linear layer gives. With `BCELoss` on one-hot targets a sigmoid is right, which cannot be seen
    before a training: a warning.

    Read from the graph, of networks with at least `fewest` outputs: with one or two `BCELoss` is usual.
    """
    scores = network.scores
    if scores is None or scores.classes < fewest or network.task != "classify" or not scores.made_by:
        return
    yield Measured("operation that made the scores", scores.made_by, "neither a sigmoid nor a tanh")
    if scores.made_by in BOUNDS:
        low, high = BOUNDS[scores.made_by]
        text = f"the scores are the output of a {scores.made_by.lower()} and stay within {low:g}..{high:g}"
        yield Finding(network.place(network.head), f"{text} (should be logits, unless the loss takes probabilities)")


@outputs_bounded.fires_on
def a_sigmoid_behind_ten_classes() -> Facts:
    return {"network": network_with(scores=scores_with(low=0.4, high=0.6, made_by="Sigmoid"))}


@outputs_bounded.quiet_on
def logits_of_a_linear_layer() -> Facts:
    return {"network": network_with()}


@outputs_bounded.quiet_on
def one_unit_of_two_classes() -> Facts:
    return {"network": network_with(scores=scores_with(low=0.4, high=0.6, made_by="Sigmoid", classes=1))}
