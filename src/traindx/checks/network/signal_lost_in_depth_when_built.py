"""M213: a deep stack without normalisation or residual connections passes neither signal nor gradients."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.built_signal import built_signal
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.network import Network
from traindx.core.network_example import network_with


@check("M213", level="warning")
def signal_lost_in_depth_when_built(
    network: Network, *, passed: float = 1e-3, gradients: float = 1e-3, deep: int = 9
) -> Iterator[Finding | Measured]:
    """Usual weights, many layers, no normalisation and no residual connection: hardly anything gets through in either direction.

    ## Why is this bad?
    By torch's default each layer and its activation pass on about 0.4 of what tells samples apart: after ten layers a
    ten-thousandth is left, and as much of the gradient comes back to the first layer. Such a network often stands at chance.

    ## How to fix
    Put a normalisation layer behind each convolution, add residual connections, or draw the weights by He's rule
    (`nn.init.kaiming_normal_`), which keeps the signal's size through ReLU layers.

    `passed` is the share of the input's differences that enters the last layer, `gradients` that of the gradient over the
    weight in the first third of the layers against the last third, `deep` the fewest layers (all a guess). A slow start can be
    overcome, so it is a warning: AlexNet, of eight layers with these weights, learns.
    """
    seen = built_signal(network, deep)
    yield Measured(
        "differences between samples that enter the last layer, as a share", seen.reaches, f"over {passed:g}"
    )
    yield Measured("gradient over weight, first third of the layers to the last", seen.back, f"over {gradients:g}")
    graph = network.graph
    if graph is None or graph.has_norm or graph.has_sum or not 0.25 <= seen.gain <= 2.5:
        return
    squashed = 2 * sum("Sigmoid" in x.through for x in graph.layers) > len(graph.layers)
    if squashed or not (seen.reaches < passed and seen.back < gradients):
        return
    text = (
        f"{seen.reaches:.1g} of what tells samples apart enters the last of {len(seen.layers)} layers (should be over "
    )
    text += (
        f"{passed:g}), the first third gets {seen.back:.1g} of the last third's gradient: none is normalised or bridged"
    )
    yield Finding(network.place(seen.layers[0].name), text, (seen.curve,) if seen.curve else ())


@signal_lost_in_depth_when_built.fires_on
def sixteen_plain_layers() -> Facts:
    return {"network": network_with(count=16, gradient=1e-6)}


@signal_lost_in_depth_when_built.quiet_on
def the_same_with_normalisation() -> Facts:
    return {"network": network_with(count=16, gradient=1e-6, operations={"NativeBatchNorm": 15})}


@signal_lost_in_depth_when_built.quiet_on
def the_same_with_residual_connections() -> Facts:
    return {"network": network_with(count=16, gradient=1e-6, operations={"Add": 8})}


@signal_lost_in_depth_when_built.quiet_on
def weights_that_keep_the_signal() -> Facts:
    return {"network": network_with(gain=1.41, count=16)}
