"""M223: a softmax is taken over the samples of the batch, or over a single output."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.network import Network
from traindx.core.network_example import network_with, scores_with


@check("M223", level="error")
def softmax_over_samples_when_built(network: Network) -> Iterator[Finding | Measured]:
    """The outputs sum to 1 over the samples, or each sample has a single output that is always 1.

    ## Why is this bad?
    Over the samples, the answer for one picture depends on which others are in its batch. Over a single output the softmax is 1
    whatever the input is, and has no gradient.

    ## How to fix
    Take the softmax out (cross entropy applies its own), or `dim=1`. For a single output a sigmoid in the loss:
    `binary_cross_entropy_with_logits`.
    """
    scores = network.scores
    if scores is None or scores.samples < 2 or network.task != "classify":
        return
    low, high = scores.column_sums
    yield Measured("sums of the outputs over the samples", f"{low:.4g} to {high:.4g}", "not all 1")
    over_samples = max(abs(low - 1), abs(high - 1)) < 1e-3 and scores.low >= 0
    rows = max(abs(total - 1) for total in scores.row_sums) < 1e-3
    if scores.classes == 1 and rows and abs(scores.low - 1) < 1e-6:
        yield Finding(
            network.place(network.head), f"the single output of {network.head} is 1 for every sample (should differ)"
        )
    elif over_samples and not rows:
        text = f"the outputs of {scores.samples} samples sum to 1 for each of {scores.classes} classes"
        yield Finding(
            network.place(network.head), f"{text}: a softmax over the samples (should be over the classes, or none)"
        )


@softmax_over_samples_when_built.fires_on
def softmax_over_the_first_axis() -> Facts:
    sums: dict[str, Any] = {"row_sums": (1.2, 1.3), "column_sums": (1.0, 1.0)}
    return {"network": network_with(scores=scores_with(low=0.1, high=0.2, made_by="Softmax", **sums))}


@softmax_over_samples_when_built.fires_on
def softmax_over_one_output() -> Facts:
    sums: dict[str, Any] = {"row_sums": (1.0, 1.0), "column_sums": (8.0, 8.0)}
    return {"network": network_with(scores=scores_with(classes=1, low=1.0, high=1.0, made_by="Softmax", **sums))}


@softmax_over_samples_when_built.quiet_on
def logits() -> Facts:
    return {"network": network_with()}
