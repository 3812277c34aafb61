"""M212: weights so large that the signal grows from layer to layer of a network that was just built."""

from __future__ import annotations

import math
from collections.abc import Iterator

from traindx.core.built_signal import built_signal
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.network import Network
from traindx.core.network_example import network_with, scores_with


@check("M212", level="error")
def signal_grows_when_built(
    network: Network, *, gain: float = 2.5, over: float = 5.0, grown: float = 100.0
) -> Iterator[Finding | Measured]:
    """The weights start so large that the signal grows in each layer, and the first loss is far above that of guessing.

    ## Why is this bad?
    The network starts certain, and wrong. Sigmoid and tanh units sit in their flat ends, gradients are huge, and the first steps
    throw the weights about.

    ## How to fix
    Leave torch's default, or draw by the size of the layer: `nn.init.kaiming_normal_(weight)` for ReLU. A deviation of 1, or
    numbers between 0 and 1, are far too large for layers with many inputs.

    The gain of a layer is how much the differences between samples grow in it: 0.5 to 0.7 by torch's default, 1.4 by He's rule.
    `gain` is the geometric mean over the layers, `over` the first loss of a classifier as a multiple of ln K, which guessing
    costs; of other networks `grown` is how much larger the differences are behind the last layer than in the input (all a
    guess).
    """
    seen, scores = built_signal(network), network.scores
    yield Measured("gain of a layer when built (geometric mean)", seen.gain, f"under {gain:g}")
    chance = math.log(scores.classes) if scores is not None and scores.classes > 1 else math.nan
    if scores is not None and math.isfinite(chance):
        yield Measured("first loss over that of guessing", scores.loss / chance, f"under {over:g}")
    growth = seen.outputs / seen.layers[0].in_vary if seen.layers[0].in_vary > 0 else math.nan
    harmful = scores.loss > over * chance if scores is not None and math.isfinite(chance) else growth > grown
    if not (seen.gain > gain and harmful):
        return
    worst = seen.strongest()
    text = f"the signal grows {seen.gain:.3g}-fold in a layer (should be under {gain:g}), {worst.gain:.3g}-fold in {worst.name}, "
    text += f"which starts at {worst.weight_rms:.2g}"
    if scores is not None and math.isfinite(chance):
        text += f"; the loss before any step is {scores.loss:.4g}, guessing gives {chance:.3g}"
    place = network.place(worst.name, parameter=f"{worst.name}.weight")
    yield Finding(place, text, (seen.curve,) if seen.curve else ())


@signal_grows_when_built.fires_on
def a_deviation_of_one() -> Facts:
    return {"network": network_with(gain=8.0, scores=scores_with(loss=900.0))}


@signal_grows_when_built.quiet_on
def weights_by_the_rule_of_he() -> Facts:
    return {"network": network_with(gain=1.41)}


@signal_grows_when_built.quiet_on
def large_weights_that_normalisation_makes_harmless() -> Facts:
    return {"network": network_with(gain=12.0, operations={"Addmm": 4, "NativeBatchNorm": 3})}
