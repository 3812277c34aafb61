"""M202: the network has more outputs than the data has classes."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.network import Network
from traindx.core.network_example import detector_with, network_with
from traindx.core.small_dataset import dataset_of


@check("M202", level="note")
def head_wider_than_classes(dataset: Dataset, network: Network) -> Iterator[Finding | Measured]:
    """The network can answer more classes than the dataset names.

    ## Why is this bad?
    Mostly it is not: the others learn to stay small. It tells that the head was left as it was built for other data (1,000
    outputs of ImageNet, 80 of COCO), or that classes are missing from the dataset's list.

    ## How to fix
    Build the head for the classes that there are. One output more than classes is taken for the background and not named.
    """
    if (
        network.classes is None
        or not dataset.num_classes
        or (network.task == "classify") != (dataset.task == "classify")
    ):
        raise NotEnough("the network does not tell how many classes it can answer")
    yield Measured("classes that the network can answer", network.classes, f"{dataset.num_classes}, those of the data")
    if network.classes > dataset.num_classes + 1:
        text = f"{network.head or 'the network'} has outputs for {network.classes} classes, the data has {dataset.num_classes}"
        yield Finding(network.place(network.head, setting="num_classes"), f"{text} (should be {dataset.num_classes})")


@head_wider_than_classes.fires_on
def a_thousand_outputs_for_two_classes() -> Facts:
    data = dataset_of([{"path": "a.jpg"}], task="classify")
    return {"dataset": data, "network": network_with(classes=1000, chosen="model")}


@head_wider_than_classes.quiet_on
def as_many_as_there_are() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}]), "network": detector_with(classes=2)}


@head_wider_than_classes.quiet_on
def one_more_for_the_background() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}]), "network": detector_with(classes=3)}
