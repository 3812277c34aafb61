"""M243: the output layer, or the whole network, does not require gradients."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.network import Network, NetworkLayer
from traindx.core.network_example import network_with


@check("M243", level="error")
def head_frozen_when_built(network: Network) -> Iterator[Finding | Measured]:
    """The layer that makes the outputs is frozen, or nothing in the network can be trained.

    ## Why is this bad?
    A head that was put in for new classes keeps its random numbers: the loss stands still or falls only as far as what is in
    front of it can make up for that. With nothing to train, `backward` fails.

    ## How to fix
    Freeze before the new head is put in, or switch its gradients on again: `model.fc.requires_grad_(True)`.
    """
    held = [x for x in network.layers if x.parameters]
    head = next((x for x in held if x.name == network.head), None)
    if not held:
        return
    trainable = sum(x.trainable for x in held)
    yield Measured("parameters that require gradients", trainable, "more than 0")
    if trainable == 0:
        yield Finding(
            network.place(held[0].name),
            f"none of the {network.parameters:,} parameters requires gradients (should some)",
        )
    elif head is not None and head.trainable == 0 and network.weights != "loaded":
        yield Finding(
            network.place(head.name), f"the output layer {head.name} is frozen at its first values (should be trained)"
        )


def _layers(*trainable: bool) -> Facts:
    layers = tuple(
        NetworkLayer(f"layers.{at}", "Linear", (64, 64), 4096, 4096 if on else 0) for at, on in enumerate(trainable)
    )
    return {"network": network_with(layers=layers)}


@head_frozen_when_built.fires_on
def a_frozen_head() -> Facts:
    return _layers(True, True, True, False)


@head_frozen_when_built.fires_on
def nothing_to_train() -> Facts:
    return _layers(False, False, False, False)


@head_frozen_when_built.quiet_on
def a_frozen_backbone_and_a_new_head() -> Facts:
    return _layers(False, False, False, True)
