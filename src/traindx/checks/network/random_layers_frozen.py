"""M244: most of the network is frozen at the random values that it was built with."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.network import Network, NetworkLayer, Weights
from traindx.core.network_example import network_with


@check("M244", level="warning")
def random_layers_frozen(network: Network, *, share: float = 0.5) -> Iterator[Finding | Measured]:
    """Layers that do not require gradients hold weights as a rule of initialisation draws them.

    ## Why is this bad?
    Freezing keeps what was learned before. Here nothing was: the layers that train stand on random features.

    ## How to fix
    Load pretrained weights before freezing, or take the freezing out.

    A frozen layer counts as random where all normalisation layers of the network are as they begin, or where there are none and
    its weights have the size that torch's default, He's or Xavier's rule gives. A program that loads weights after the model is
    built does so unseen: a warning. `share` of the weights is a guess.
    """
    weights = [x for x in network.layers if x.has_matrix]
    if not weights:
        return
    random = network.weights == "start"
    frozen = [x for x in weights if x.trainable == 0 and (random or (network.weights == "unknown" and x.at_start))]
    part = sum(x.parameters for x in frozen) / max(sum(x.parameters for x in weights), 1)
    yield Measured("share of the weights that is frozen at random values", part, f"under {share:g}")
    if part >= share and any(x.trainable for x in network.layers):
        text = f"{part:.0%} of the weights are frozen at the random values that they were drawn with ({len(frozen)} layers)"
        yield Finding(network.place(frozen[0].name), f"{text} (should be pretrained, or trained)")


def _layers(weights: Weights) -> Facts:
    layers = tuple(NetworkLayer(f"layers.{at}", "Conv2d", (64, 64), 4096, 0 if at < 3 else 4096) for at in range(4))
    return {"network": network_with(layers=layers, weights=weights)}


@random_layers_frozen.fires_on
def a_random_backbone_is_frozen() -> Facts:
    return _layers("start")


@random_layers_frozen.quiet_on
def a_trained_backbone_is_frozen() -> Facts:
    return _layers("loaded")
