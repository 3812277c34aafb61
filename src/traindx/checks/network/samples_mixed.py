"""M226: the answer for one sample changes when another sample of the batch is replaced."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.network import Mixing, Network
from traindx.core.network_example import network_with


@check("M226", level="error")
def samples_mixed(network: Network, *, share: float = 1e-3) -> Iterator[Finding | Measured]:
    """In evaluation mode one picture of the batch is replaced, and the outputs for the others are not what they were.

    ## Why is this bad?
    What is learned depends on which samples meet in a batch, and validation, with other batches, is worse for no visible
    reason; a single picture gets another answer than in company.

    ## How to fix
    Look at the layer that is named, and at the reshape or permute in front of it: `view` after `permute` without care for the
    order, `batch_first=True` that is missing, a mean or softmax over axis 0.

    Exact: evaluation mode, the same numbers otherwise, and networks that answer differently from call to call are left out. Batch
    normalisation uses its running statistics there and mixes nothing. `share` of the change of the replaced sample is far above
    rounding.
    """
    mixing = network.mixing
    if mixing is None:
        return
    yield Measured("change of the other samples when one is replaced, as a share", mixing.share, "0")
    if mixing.share > share:
        text = (
            f"when one picture is replaced the outputs for the others change, by {mixing.share:.0%} of its own change"
        )
        first = f"; it shows first behind {mixing.layer}" if mixing.layer else ""
        yield Finding(network.place(mixing.layer), f"{text} (should be 0){first}")


@samples_mixed.fires_on
def a_reshape_across_the_batch() -> Facts:
    return {"network": network_with(mixing=Mixing(0.8, "layers.2"))}


@samples_mixed.quiet_on
def samples_by_themselves() -> Facts:
    return {"network": network_with(mixing=Mixing(0.0))}
