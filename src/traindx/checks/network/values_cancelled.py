"""M256: what a layer receives is the rounding that is left after everything was taken away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from traindx.core.built_signal import built_signal
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.network import Network
from traindx.core.network_example import network_with


@check("M256", level="error")
def values_cancelled(
    network: Network, *, nothing: float = 1e-6, something: float = 1e-3
) -> Iterator[Finding | Measured]:
    """A layer receives values that are zero but for rounding, though the layer before it passes on what tells samples apart.

    ## Why is this bad?
    The layer sees the same nothing for every picture, and the gradient that goes back through it is as small: nothing is learned.

    ## How to fix
    Look at what stands before the layer. An average over the same positions that a normalisation has just made zero on average is
    the usual way to it: `InstanceNorm2d` without an activation before global pooling. Put the activation between them, or
    normalise over the batch.

    A value of exactly zero is not named: a branch that starts at zero by its scale is, and learns. `nothing` is the size that
    is called rounding, `something` how much must differ between samples before it (both a guess).
    """
    seen = built_signal(network)
    pairs = zip(seen.layers, seen.layers[1:], strict=False)
    empty = [(one, two) for one, two in pairs if 0 < two.in_rms < nothing and one.out_vary > something]
    yield Measured(
        "smallest values that a layer receives", min(x.in_rms for x in seen.layers), f"0, or over {nothing:g}"
    )
    if empty and seen.layers[-1].in_rms < nothing:
        before, first = empty[0]
        text = f"{first.name} receives values of {first.in_rms:.1g}, which is rounding; what {before.name} gives before it differs"
        yield Finding(network.place(first.name), f"{text} by {before.out_vary:.2g} between samples")


@values_cancelled.fires_on
def an_average_of_what_averages_to_zero() -> Facts:
    network = network_with()
    last = replace(network.signal[-1], in_rms=2.5e-8, in_vary=2.5e-8, out_vary=1.4e-8)
    return {"network": replace(network, signal=(*network.signal[:-1], last))}


@values_cancelled.quiet_on
def default_weights() -> Facts:
    return {"network": network_with(count=8)}


@values_cancelled.quiet_on
def a_branch_that_starts_at_zero() -> Facts:
    network = network_with()
    last = replace(network.signal[-1], in_rms=0.0, in_vary=0.0, out_vary=0.0)
    return {"network": replace(network, signal=(*network.signal[:-1], last))}


@values_cancelled.quiet_on
def weights_that_fade_from_layer_to_layer() -> Facts:
    return {"network": network_with(gain=1e-4, count=4)}
