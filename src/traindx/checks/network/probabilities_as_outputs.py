"""M221: the network's outputs are probabilities, and cross entropy expects logits."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.network import Network
from traindx.core.network_example import network_with, scores_with


@check("M221", level="warning")
def probabilities_as_outputs(network: Network) -> Iterator[Finding | Measured]:
    """In training mode each row of a classifier's outputs is positive and sums to 1: a softmax stands in the model.

    ## Why is this bad?
    `F.cross_entropy` applies a softmax of its own. Of scores in 0..1 no class can reach a probability above e / (e + K - 1),
    0.23 for 10 classes: the loss falls slowly and stops far above zero.

    ## How to fix
    Return what the last linear layer gives, and apply softmax for predictions only. With `NLLLoss` on the logarithm of these
    outputs nothing is wrong, which cannot be seen before a training: a warning.
    """
    scores = network.scores
    if scores is None or scores.classes < 2 or network.task != "classify":
        return
    yield Measured(
        "sums of the outputs over the classes", f"{scores.row_sums[0]:.4g} to {scores.row_sums[1]:.4g}", "not all 1"
    )
    ones = max(abs(total - 1) for total in scores.row_sums) < 1e-3
    if ones and scores.low >= 0:
        text = f"the outputs lie in {scores.low:.3g}..{scores.high:.3g} and sum to 1: a softmax stands behind {network.head}"
        yield Finding(network.place(), f"{text} (should be logits, unless the loss takes probabilities)")


@probabilities_as_outputs.fires_on
def softmax_at_the_end() -> Facts:
    return {"network": network_with(scores=scores_with(low=0.05, high=0.2, row_sums=(1.0, 1.0), made_by="Softmax"))}


@probabilities_as_outputs.quiet_on
def logits() -> Facts:
    return {"network": network_with()}


@probabilities_as_outputs.quiet_on
def logarithms_of_probabilities() -> Facts:
    return {
        "network": network_with(scores=scores_with(low=-4.0, high=-1.2, row_sums=(-25.0, -24.0), made_by="LogSoftmax"))
    }
