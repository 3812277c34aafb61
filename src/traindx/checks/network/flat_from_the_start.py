"""M216: hidden sigmoid or tanh units sit in their flat ends before any step."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.network import Network
from traindx.core.network_example import network_with


@check("M216", level="error")
def flat_from_the_start(network: Network, *, share: float = 0.7) -> Iterator[Finding | Measured]:
    """Most values of a hidden sigmoid or tanh layer lie in its flat ends on the first batch.

    ## Why is this bad?
    There the slope is under 4 % of its largest, and so is the gradient that passes: what is in front of the layer hardly learns.

    ## How to fix
    Find what makes the sums so large: weights drawn too large (`nn.init.xavier_uniform_` suits tanh) or inputs that are not
    scaled. Normalise in front of the activation, or use ReLU or GELU.

    Gates, such as those of squeeze-and-excitation, and outputs are not looked at. Inputs of deviation 1 and weights by Xavier's
    rule put 2 % of the values there; `share` is a guess.
    """
    if not network.flat:
        return
    worst = max(part for _, part in network.flat.values())
    yield Measured("largest share of values in the flat ends of a hidden layer", worst, f"under {share:g}")
    found = [(name, function, part) for name, (function, part) in network.flat.items() if part > share]
    for name, function, part in found[:1] if network.weights != "loaded" else []:
        text = f"{part:.0%} of the {function} values that {name} receives lie in the flat ends before any step"
        more = f", {len(found) - 1} more layers alike" if len(found) > 1 else ""
        yield Finding(network.place(_feeding(network, name)), f"{text}{more} (should be under {share:.0%})")


def _feeding(network: Network, name: str) -> str:
    """The layer in front of the one that receives the values: its weights make them."""
    names = [x.name for x in network.signal]
    at = names.index(name) if name in names else 0
    return names[at - 1] if at else name


@flat_from_the_start.fires_on
def weights_of_deviation_one_before_tanh() -> Facts:
    return {"network": network_with(through="Tanh", flat={"layers.1": ("tanh", 0.93), "layers.2": ("tanh", 0.95)})}


@flat_from_the_start.quiet_on
def weights_by_the_rule_of_xavier() -> Facts:
    return {"network": network_with(through="Tanh", flat={"layers.1": ("tanh", 0.02)})}
