"""M252: a bias stands directly in front of a batch norm, which takes it out."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.network import Network, NormLayer
from traindx.core.network_example import network_with


@check("M252", level="note")
def bias_before_batch_norm(network: Network) -> Iterator[Finding | Measured]:
    """Convolutions or linear layers have a bias, and a batch norm subtracts it again.

    ## Why is this bad?
    It is not: the bias gets no gradient and costs a little memory. It tells that the pair was not written on purpose.

    ## How to fix
    `bias=False` in the layer in front of the batch norm.
    """
    if not network.norms:
        return
    found = [x for x in network.norms if x.biased]
    yield Measured("batch norms behind a bias", len(found), "0")
    if found:
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        text = f"the bias of {found[0].biased}{more} is taken out by {found[0].name} (should be bias=False)"
        yield Finding(network.place(str(found[0].biased), parameter=f"{found[0].biased}.bias"), text)


@bias_before_batch_norm.fires_on
def a_bias_that_does_nothing() -> Facts:
    return {"network": network_with(norms=(NormLayer("bn", "BatchNorm2d", 64, "conv"),))}


@bias_before_batch_norm.quiet_on
def layers_without_bias() -> Facts:
    return {"network": network_with(norms=(NormLayer("bn", "BatchNorm2d", 64),))}
