"""M242: layers of the model take no part in its forward pass."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.network import Network, NetworkLayer
from traindx.core.network_example import network_with

SHOWN = 5


@check("M242", level="warning")
def layers_never_called(network: Network, *, share: float = 0.02) -> Iterator[Finding | Measured]:
    """Layers hold parameters that require gradients and are not used in a forward pass in training mode.

    ## Why is this bad?
    They are never trained. Often another layer was to be called in `forward`, or a branch was forgotten. Under
    DistributedDataParallel the second step ends with "Expected to have finished reduction".

    ## How to fix
    Call the layer in `forward`, or take it out of the model.

    Layers whose parameters a gradient reaches in another way count as used. `share` of the model's parameters is a guess.
    """
    matrices = [x for x in network.layers if x.has_matrix and x.trainable]
    if not matrices or not network.signal or network.refused is not None:
        return
    idle = [x for x in matrices if not x.called and not x.reached]
    part = sum(x.trainable for x in idle) / max(sum(x.trainable for x in network.layers), 1)
    yield Measured("share of the parameters that are not used", part, f"0, under {share:g}")
    if idle and part >= share:
        names = ", ".join(x.name for x in idle[:SHOWN]) + (", ..." if len(idle) > SHOWN else "")
        text = f"{len(idle)} layers are not used in the forward pass ({part:.0%} of the parameters): {names}"
        yield Finding(network.place(idle[0].name), f"{text} (should be called or left out)")


def _layers(called: bool) -> Facts:
    layers = tuple(
        NetworkLayer(f"layers.{at}", "Linear", (64, 64), 4096, 4096, called or at < 3, called or at < 3)
        for at in range(4)
    )
    return {"network": network_with(layers=layers)}


@layers_never_called.fires_on
def a_branch_that_was_forgotten() -> Facts:
    return _layers(called=False)


@layers_never_called.quiet_on
def every_layer_called() -> Facts:
    return _layers(called=True)
