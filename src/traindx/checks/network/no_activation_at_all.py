"""M255: a network of many layers in which there is no activation, only convolutions, normalisation and pooling."""

from __future__ import annotations

import re
from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.network import Network
from traindx.core.network_example import network_with

LINEAR = re.compile(
    r"(Slow|Mkldnn|Cudnn|Thnn)?Convolution\w*|SlowConv\w+|Addmm|Mm|T|Add|Sub|Mean|Sum|Cat|Stack|Split\w*|Chunk|Slice|Select|View|"
    r"_?UnsafeView|Reshape\w*|Permute|Transpose|Squeeze|Unsqueeze|Expand|Clone|Alias|AsStrided|Contiguous|To\w*|Upsample\w+|"
    r"(Adaptive)?AvgPool\w+|\w*MaxPool\w+|ConstantPad\w*|Pad\w*|Native(Batch|Layer|Group)Norm|\w*BatchNorm\w*|NativeDropout|"
    r"NllLoss\w*|LogSoftmax|torch::autograd::AccumulateGrad"
)
"""Operations that are linear, normalise or pool, and those of the cross entropy that the look at a network ends with."""
SIGNED = "Mul"
"""Outputs that are no scores are multiplied by signs and averaged: one product for each mean."""


@check("M255", level="warning")
def no_activation_at_all(network: Network, *, layers: int = 4) -> Iterator[Finding | Measured]:
    """Nothing in the network is an activation: its convolutions are held apart by normalisation and pooling alone.

    ## Why is this bad?
    Batch normalisation is linear once it uses its running statistics, and a maximum over neighbours bends little: however deep, the
    network can learn hardly more than a linear model.

    ## How to fix
    Put an activation behind each normalisation: `nn.SiLU()` or `nn.ReLU()`; in a yaml of Ultralytics `activation: nn.SiLU()`, or no
    such line.

    Read from the graph that autograd built. An operation that is not known counts as an activation, and products of branches do.
    Networks of fewer than `layers` layers may be linear on purpose.
    """
    graph = network.graph
    if graph is None or len(graph.layers) < layers:
        raise NotEnough("no graph of enough layers was seen")
    others = [name for name in graph.operations if not LINEAR.fullmatch(name) and name != SIGNED]
    products = max(0, graph.operations.get(SIGNED, 0) - graph.operations.get("Mean", 0))
    yield Measured("kinds of operations that may be activations", len(others) + bool(products), "1 at least")
    if not others and not products:
        text = f"none of the operations between the {len(graph.layers)} layers is an activation"
        yield Finding(network.place(graph.layers[0].name), f"{text} (should be one behind each)")


@no_activation_at_all.fires_on
def normalisation_alone() -> Facts:
    return {
        "network": network_with(count=6, operations={"Convolution": 6, "NativeBatchNorm": 5, "MaxPool2DWithIndices": 2})
    }


@no_activation_at_all.quiet_on
def normalisation_and_relu() -> Facts:
    return {"network": network_with(count=6, operations={"Convolution": 6, "NativeBatchNorm": 5, "Relu": 1})}


@no_activation_at_all.quiet_on
def branches_that_are_multiplied() -> Facts:
    return {"network": network_with(count=6, operations={"Convolution": 6, "Mul": 5, "Mean": 1})}
