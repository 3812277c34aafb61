"""M254: dropout of a network that was just built leaves out nearly all of what a layer hands on."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.network import Network
from traindx.core.network_example import network_with


@check("M254", level="warning")
def dropout_too_high_when_built(network: Network, *, most: float = 0.9) -> Iterator[Finding | Measured]:
    """A dropout leaves out more than nine tenths of a layer's units while training.

    ## Why is this bad?
    PyTorch's `p` is the share that is left out, and what is kept is multiplied by 1 / (1 - p): with 0.95 a unit is either
    off or twenty times as large. The noise drowns what the layer had learned; the loss falls slowly or not at all.

    ## How to fix
    0.1 to 0.5 are usual. Other frameworks ask for the share to keep: a keep probability of 0.9 is `Dropout(0.1)` here.

    `most` is a guess: 0.8 is in use on wide features. Whether it harms shows in a run alone (T440): therefore a warning.
    """
    if not network.samples:
        raise NotEnough("no forward pass through the network was seen")
    name, share = max(network.dropout.items(), key=lambda pair: pair[1], default=("", 0.0))
    yield Measured("largest share that a dropout leaves out", share, f"{most:g} at most")
    if share > most:
        where = f"dropout {name}" if name else "dropout"
        yield Finding(
            network.place(name, setting="p"), f"{where} leaves out {share:.0%} of its units (0.1 to 0.5 are usual)"
        )


@dropout_too_high_when_built.fires_on
def the_share_to_keep() -> Facts:
    return {"network": network_with(dropout={"drop": 0.95})}


@dropout_too_high_when_built.quiet_on
def eight_tenths_of_wide_features() -> Facts:
    return {"network": network_with(dropout={"drop": 0.8})}


@dropout_too_high_when_built.quiet_on
def none_at_all() -> Facts:
    return {"network": network_with()}
