"""M245: the outputs depend on parameters that the model does not list."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.network import Network
from traindx.core.network_example import network_with


@check("M245", level="error")
def parameters_outside_the_model(network: Network) -> Iterator[Finding | Measured]:
    """Layers are kept in a plain list or dict, so that `model.parameters()` does not hold theirs.

    ## Why is this bad?
    The optimizer does not know them: they stay as they were drawn. `model.to(device)` leaves them behind, and they are not saved.

    ## How to fix
    `nn.ModuleList` or `nn.ModuleDict` in place of the list or dict, `nn.Parameter` in place of a tensor that requires gradients.
    """
    if network.graph is None:
        return
    yield Measured("parameters behind the outputs that the model does not list", network.outside, "0")
    if network.outside:
        text = f"the outputs depend on {network.outside} parameters that {network.kind or 'the model'} does not list"
        yield Finding(network.place(), f"{text} (should be in an nn.ModuleList or an nn.Parameter)")


@parameters_outside_the_model.fires_on
def layers_in_a_plain_list() -> Facts:
    return {"network": network_with(outside=6)}


@parameters_outside_the_model.quiet_on
def every_layer_listed() -> Facts:
    return {"network": network_with()}
