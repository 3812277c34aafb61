"""M201: the network has fewer outputs than the data has classes."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.network import Network
from traindx.core.network_example import detector_with, network_with
from traindx.core.small_dataset import dataset_of


@check("M201", level="error")
def head_narrower_than_classes(dataset: Dataset, network: Network) -> Iterator[Finding | Measured]:
    """The network can answer fewer classes than the dataset has.

    ## Why is this bad?
    The loss looks up the score of a class that has none: "Target 10 is out of bounds" on a CPU, a device-side assert on a GPU. In
    detectors of torchvision output 0 is the background, so that they need one output more than there are classes.

    ## How to fix
    Build the head for the classes of the data: `num_classes=K`; for Faster R-CNN, Mask R-CNN and SSD of torchvision K + 1, with
    class ids from 1.
    """
    if (
        network.classes is None
        or not dataset.num_classes
        or (network.task == "classify") != (dataset.task == "classify")
    ):
        raise NotEnough("the network does not tell how many classes it can answer")
    outputs = network.classes + network.from_one
    needed = dataset.num_classes + network.from_one
    yield Measured("outputs of the network for classes", outputs, f"{needed} or more")
    if outputs >= needed:
        return
    more = " and one for the background" if network.from_one else ""
    text = (
        f"{network.head or 'the network'} has {outputs} outputs for the {dataset.num_classes} classes of the data{more}"
    )
    yield Finding(network.place(network.head, setting="num_classes"), f"{text} (should be {needed})")


@head_narrower_than_classes.fires_on
def two_outputs_for_three_classes() -> Facts:
    data = dataset_of([{"path": "a.jpg"}], names=("a", "b", "c"))
    return {"dataset": data, "network": detector_with(classes=2)}


@head_narrower_than_classes.fires_on
def no_output_for_the_background() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}]), "network": detector_with(classes=1, from_one=True)}


@head_narrower_than_classes.quiet_on
def as_many_outputs_as_classes() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}]), "network": detector_with(classes=2)}


@head_narrower_than_classes.quiet_on
def a_classifier_left_at_a_thousand() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], task="classify"), "network": network_with(classes=1000)}
