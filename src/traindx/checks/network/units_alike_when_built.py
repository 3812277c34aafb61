"""M218: all units of a hidden layer start alike, and their gradients are alike too."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.network import Network
from traindx.core.network_example import network_with


@check("M218", level="error")
def units_alike_when_built(network: Network, *, spread: float = 1e-3) -> Iterator[Finding | Measured]:
    """All units of a hidden layer have equal weights and get equal gradients: they will stay equal.

    ## Why is this bad?
    Units with equal weights and equal gradients compute the same for ever: the layer is as good as one unit wide. With all
    weights zero no gradient reaches them at all.

    ## How to fix
    Draw the weights at random: torch's default, `nn.init.kaiming_normal_` for ReLU, `nn.init.xavier_uniform_` for tanh. Only
    biases and the scales of normalisation layers may start equal.

    A last layer that starts at zero, and one at the end of a residual branch, are healthy: their units get different gradients
    and part at the first step. `spread` is the distance of the units' weights (and gradients) from their mean over their size:
    0.9 and more in layers that were drawn at random.
    """
    back = {x.name: x for x in network.gradients}
    hidden = [x for x in network.signal[:-1] if x.trained and x.groups == 1 and x.units > 1 and x.name in back]
    if not hidden:
        return
    yield Measured(
        "least spread of the units' weights in a hidden layer", min(x.spread for x in hidden), f"over {spread:g}"
    )
    for layer in hidden:
        gradient = back[layer.name]
        if layer.spread < spread and (gradient.spread < spread or gradient.rms == 0):
            zero = " (zero)" if layer.weight_rms == 0 else ""
            text = f"all {layer.units} units of {layer.name} start with equal weights{zero} and get "
            text += "no gradient" if gradient.rms == 0 else "equal gradients"
            place = network.place(layer.name, parameter=f"{layer.name}.weight")
            yield Finding(place, f"{text} (should differ from unit to unit)")


@units_alike_when_built.fires_on
def every_weight_the_same() -> Facts:
    return {"network": network_with(spread=1e-8)}


@units_alike_when_built.quiet_on
def weights_drawn_at_random() -> Facts:
    return {"network": network_with()}


@units_alike_when_built.quiet_on
def a_branch_that_starts_at_zero_and_parts() -> Facts:
    apart = network_with()
    return {"network": network_with(spread=0.0, gradients=apart.gradients)}
