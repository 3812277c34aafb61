"""M253: all that a classifier that was just built can know of a picture passes through one or two numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.network import Network
from traindx.core.network_example import network_with


@check("M253", level="warning")
def classes_through_few_numbers_when_built(network: Network) -> Iterator[Finding | Measured]:
    """The last layer is to tell many classes apart by a single number.

    ## Why is this bad?
    One number puts the classes in a row: each is told apart from its two neighbours only. The loss falls and stops far above zero.

    ## How to fix
    Make the layer in front of the last one wider: at least as many features as classes, or the root of their number.

    Named is a last layer that is given one number for four classes or more, or two for fifty or more (guesses, as of M141).
    """
    last = next((x for x in network.signal if x.name == network.head), None)
    if network.task != "classify" or last is None or not last.kind.startswith("Linear") or len(network.signal) < 2:
        raise NotEnough("the network does not end in a linear layer")
    features, classes = last.shape[1], last.units
    least = 2 if classes >= 50 else 1
    yield Measured("features that the last layer is given", features, f"over {least} for {classes} classes")
    if (features == 1 and classes >= 4) or (features == 2 and classes >= 50):
        text = f"{last.name} tells {classes} classes apart by {features} number{'s' if features > 1 else ''}"
        yield Finding(network.place(last.name), f"{text} (should be {classes} or so)")


def _through(features: int) -> Facts:
    network = network_with()
    last = replace(network.signal[-1], shape=(10, features))
    return {"network": replace(network, signal=(*network.signal[:-1], last))}


@classes_through_few_numbers_when_built.fires_on
def ten_classes_by_one_number() -> Facts:
    return _through(1)


@classes_through_few_numbers_when_built.quiet_on
def ten_classes_by_two_numbers_for_a_plot() -> Facts:
    return _through(2)
