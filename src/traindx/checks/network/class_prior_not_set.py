"""M231: the class scores of a dense detector begin at even odds."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.network import Network
from traindx.core.network_example import detector_with


@check("M231", level="warning")
def class_prior_not_set(network: Network, *, most: float = 0.1, of_maps: float = 0.3) -> Iterator[Finding | Measured]:
    """Before any step each cell of a detector's output gives a class a probability far above how often one is there.

    ## Why is this bad?
    Of thousands of cells a handful hold an object. With biases of zero each of them begins at 0.5: the sum of the background's
    losses drowns that of the objects, and the first steps are large and only push all scores down. RetinaNet diverges so (Lin
    et al. 2017, section 4.1).

    ## How to fix
    Set the bias of the last class layer to -log((1 - p) / p) with p = 0.01, or as Ultralytics does (`Detect.bias_init`):
    log(5 / classes / (640 / stride)^2). Call it after the layers were initialised once more.

    Known heads alone: those of Ultralytics, of YOLOv5, RetinaNet and FCOS, and outputs that are named heatmaps (`hm`), as those of
    CenterNet, which begin at 0.1. They begin between 0.0001 and 0.02; `most` is a guess, and `of_maps`,
    the limit for heatmaps.
    """
    if not network.priors:
        return
    held = {layer.name for layer in network.layers}
    limits = {name: most if name in held or not held else of_maps for name in network.priors}
    name, worst = max(network.priors.items(), key=lambda pair: pair[1] / limits[pair[0]])
    yield Measured("probability of a class in a cell by the biases alone", worst, f"0.01 or so, under {limits[name]:g}")
    if worst > limits[name] and network.weights != "loaded":
        text = (
            f"{name} gives each class a probability of {worst:.2g} in every cell before any step (should be 0.01 or so)"
        )
        yield Finding(network.place(name, parameter=f"{name}.bias"), text)


@class_prior_not_set.fires_on
def biases_of_zero() -> Facts:
    return {"network": detector_with(priors={"model.22.cv3.0.2": 0.5, "model.22.cv3.1.2": 0.5})}


@class_prior_not_set.quiet_on
def biases_as_ultralytics_sets_them() -> Facts:
    return {"network": detector_with(priors={"model.22.cv3.0.2": 0.0003, "model.22.cv3.2.2": 0.004})}
