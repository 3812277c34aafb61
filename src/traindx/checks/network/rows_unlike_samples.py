"""M224: a classifier gives another number of rows than it was given samples."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.network import Network
from traindx.core.network_example import network_with, scores_with


@check("M224", level="error")
def rows_unlike_samples(network: Network) -> Iterator[Finding | Measured]:
    """The scores have more or fewer rows than there are pictures in the batch.

    ## Why is this bad?
    Somewhere a reshape moves numbers between samples: `view(-1, n)` with another n than a sample has numbers. The loss fails, or
    compares rows with targets of other pictures.

    ## How to fix
    `x.flatten(1)` in place of `x.view(-1, n)`, and a linear layer of the width that this gives.
    """
    scores = network.scores
    if scores is None or network.task != "classify" or not network.samples:
        return
    yield Measured("rows of scores", scores.samples, f"{network.samples}, one for each picture")
    if scores.samples != network.samples:
        text = f"{network.head} gives {scores.samples} rows of scores for {network.samples} pictures at imgsz {network.imgsz}"
        yield Finding(network.place(network.head), f"{text} (should be one for each)")


@rows_unlike_samples.fires_on
def a_view_of_a_quarter_of_a_sample() -> Facts:
    return {"network": network_with(scores=scores_with(samples=32))}


@rows_unlike_samples.quiet_on
def a_row_for_each_sample() -> Facts:
    return {"network": network_with()}
