"""M211: weights so small that hardly anything of the input reaches the last layer of a network that was just built."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.built_signal import built_signal
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.network import Network
from traindx.core.network_example import network_with

QUARTER = 0.25
"""The gain from which on M214 judges."""


@check("M211", level="error")
def signal_fades_when_built(
    network: Network, *, gain: float = 0.15, passed: float = 1e-3
) -> Iterator[Finding | Measured]:
    """The weights start so small that what tells samples apart is lost on its way to the last layer.

    ## Why is this bad?
    What reaches the last layer is the same for every picture, and the gradient of each layer is shrunk by all behind it: the
    first layers get none. The loss will stand at chance.

    ## How to fix
    Leave torch's default, or draw by the size of the layer: `nn.init.kaiming_normal_(weight)` for ReLU. A fixed deviation such as
    0.01 or 0.001 is too small for most layers. Normalisation between the layers makes their scale harmless.

    The gain of a layer is how much the differences between samples grow in it: 0.5 to 0.7 by torch's default, 1.4 by He's rule.
    Before a training nothing shows whether it learns all the same, so the limits are lower than those of M102: `gain` is the
    geometric mean over the layers, `passed` the share of the input's differences that enters the last layer (both a guess). Where
    less than a thousandth of that enters it, a gain up to a quarter is named, from which on M214 judges.
    Networks that normalise every second layer, or have residual connections and normalise, are not named.
    """
    seen = built_signal(network)
    yield Measured("gain of a layer when built (geometric mean)", seen.gain, f"over {gain:g}")
    yield Measured(
        "differences between samples that enter the last layer, as a share", seen.reaches, f"over {passed:g}"
    )
    fades = (seen.gain < gain and seen.reaches < passed) or (seen.gain < QUARTER and seen.reaches < passed / 1000)
    if not fades or seen.normalised:
        return
    worst = seen.weakest()
    text = f"a layer passes on {seen.gain:.2g} of what tells samples apart (should be over 0.5), {seen.reaches:.1g} of it enters "
    text += f"the last one; {worst.name} starts at {worst.weight_rms:.2g}"
    place = network.place(worst.name, parameter=f"{worst.name}.weight")
    yield Finding(place, text, (seen.curve,) if seen.curve else ())


@signal_fades_when_built.fires_on
def deviation_of_a_thousandth() -> Facts:
    return {"network": network_with(gain=0.01)}


@signal_fades_when_built.fires_on
def a_fifth_through_fifteen_layers() -> Facts:
    return {"network": network_with(gain=0.2, count=15)}


@signal_fades_when_built.quiet_on
def default_weights() -> Facts:
    return {"network": network_with(gain=0.57, count=8)}


@signal_fades_when_built.quiet_on
def small_weights_between_normalisation() -> Facts:
    return {"network": network_with(gain=0.01, operations={"Addmm": 4, "NativeBatchNorm": 3, "Relu": 3})}


@signal_fades_when_built.quiet_on
def rather_small_weights_of_a_shallow_network() -> Facts:
    return {"network": network_with(gain=0.12, count=3)}
