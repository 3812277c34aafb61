"""M217: nearly all units of a layer are silent before any step."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.network import Network
from traindx.core.network_example import network_with


@check("M217", level="error")
def silent_from_the_start(network: Network, *, share: float = 0.9) -> Iterator[Finding | Measured]:
    """What a layer receives from a ReLU is zero for nearly every channel and every sample of the first batch.

    ## Why is this bad?
    A unit that is zero for every input gets no gradient and never comes back: what is in front of the layer does not learn.

    ## How to fix
    Look for a large negative bias, a normalisation whose shift is negative, two activations whose ranges do not meet, or inputs
    far from zero. Leave the biases at torch's default; leaky ReLU keeps a gradient.

    With random weights half of the values are zero and few units are so throughout. `share` is a guess. Of layers in a row the
    first is named.
    """
    if not network.silent:
        return
    yield Measured(
        "largest share of silent channels that a layer receives", max(network.silent.values()), f"under {share:g}"
    )
    names = [x.name for x in network.signal]
    found = [name for name, part in network.silent.items() if part >= share and name in names[1:]]
    if not found or network.weights == "loaded":
        return
    first = min(found, key=names.index)
    before = names[names.index(first) - 1]
    text = (
        f"{network.silent[first]:.0%} of the channels that {first} receives are zero for every sample before any step"
    )
    yield Finding(network.place(before), f"{text} (should be under {share:.0%}); {before} makes them")


@silent_from_the_start.fires_on
def a_bias_of_minus_ten() -> Facts:
    return {"network": network_with(silent={"layers.1": 0.1, "layers.2": 1.0})}


@silent_from_the_start.quiet_on
def some_quiet_channels() -> Facts:
    return {"network": network_with(silent={"layers.1": 0.3, "layers.2": 0.2})}
