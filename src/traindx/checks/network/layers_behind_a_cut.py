"""M241: layers take part in the forward pass, and no gradient comes back to them."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.network import Network, NetworkLayer
from traindx.core.network_example import network_with

SHOWN = 5


@check("M241", level="error")
def layers_behind_a_cut(network: Network, *, share: float = 0.02) -> Iterator[Finding | Measured]:
    """Layers whose parameters require gradients are called, and the outputs do not depend on them for autograd.

    ## Why is this bad?
    A `detach()`, a `no_grad` block, `.data`, `.item()` or numpy in `forward` cuts the graph: the optimizer holds these
    parameters and never moves them.

    ## How to fix
    Take the cut out, or switch their gradients off where they are meant to stand still.

    All outputs of a forward pass in training mode are counted. `share` of the model's parameters from which layers are named is a
    guess: small parts that a head leaves unused in one mode are legal. A whole network that no gradient reaches is named too.
    """
    matrices = [x for x in network.layers if x.has_matrix and x.trainable and x.called]
    if not matrices or not network.signal or network.refused is not None:
        return
    cut = [x for x in matrices if not x.reached]
    part = sum(x.trainable for x in cut) / max(sum(x.trainable for x in network.layers), 1)
    yield Measured("share of the parameters that are used and get no gradient", part, f"0, under {share:g}")
    if cut and part >= share:
        last = cut[-1]
        names = ", ".join(x.name for x in cut[:SHOWN]) + (", ..." if len(cut) > SHOWN else "")
        text = f"no gradient comes back to {len(cut)} layers that are used ({part:.0%} of the parameters): {names}"
        yield Finding(network.place(last.name), f"{text}; the graph is cut behind {last.name}")


def _layers(reached: bool) -> Facts:
    layers = tuple(
        NetworkLayer(f"layers.{at}", "Linear", (64, 64), 4096, 4096, reached=reached or at > 1) for at in range(4)
    )
    return {"network": network_with(layers=layers)}


@layers_behind_a_cut.fires_on
def features_that_were_detached() -> Facts:
    return _layers(reached=False)


@layers_behind_a_cut.quiet_on
def a_whole_graph() -> Facts:
    return _layers(reached=True)
