"""P221: opening the pictures takes longer than training on them, on all processors together."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.resources.forecast_example import CU124, gpu, on
from traindx.core.check import Facts, NotEnough, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Place
from traindx.core.machine import Machine
from traindx.core.network import Network
from traindx.core.network_example import network_with
from traindx.core.small_dataset import dataset_of

DEVICE = 30.0
"""How many times faster a graphics processor is taken to train than the processor did here: what is slow for it (a guess)."""


@check("P221", level="warning")
def data_cannot_feed(
    machine: Machine, network: Network, dataset: Dataset, *, epoch: float = 60.0
) -> Iterator[Finding | Measured]:
    """More workers than there are processors would be needed to open and resize pictures as fast as they are trained on.

    ## Why is this bad?
    The device stands idle between batches, and an epoch takes as long as opening its pictures does. Learning does not suffer.

    ## How to fix
    Store the pictures at about the size that is trained at, once, or keep them decoded (`cache=True`); then more workers.

    Measured while the network is looked at: the time to open and resize a picture, and that of a forward and backward pass on it,
    without augmentation. With a graphics processor the pass is taken to be thirty times as fast, which is little (a guess). Said
    only where opening all pictures of an epoch takes `epoch` seconds on all processors; below it nobody minds.
    """
    if network.decode is None or network.step is None or not network.step > 0:
        raise NotEnough("no pictures were opened and trained on")
    device = next((d.name for d in machine.devices), "") if machine.build.cuda else ""
    step = network.step / (DEVICE if device else 1.0)
    needed, there = network.decode / step, max(1.0, machine.processors)
    pictures = int((dataset.images.split == dataset.training_split).sum())
    seconds = pictures * network.decode / there
    yield Measured("workers that opening pictures keeps busy", needed, f"at most {there:g}, the processors")
    yield Measured("seconds that opening an epoch's pictures takes", seconds)
    if needed > there and seconds > epoch:
        where = device or "this processor"
        text = f"opening a picture takes {1000 * network.decode:.0f} ms, a step on it about {1000 * step:.0f} ms on {where}: "
        text += f"{needed:.0f} workers would be needed, there are {there:g} processors, and an epoch takes {seconds:.0f} s or more"
        yield Finding(Place(setting="workers"), text)


@data_cannot_feed.fires_on
def photographs_of_fifty_megapixels() -> Facts:
    network = network_with(decode=0.6, step=0.5)
    return {**on(devices=(gpu(),), build=CU124), "network": network, "dataset": _pictures(2000)}


@data_cannot_feed.quiet_on
def pictures_of_usual_size() -> Facts:
    network = network_with(decode=0.008, step=0.3)
    return {**on(devices=(gpu(),), build=CU124), "network": network, "dataset": _pictures(2000)}


@data_cannot_feed.quiet_on
def large_pictures_on_the_processor() -> Facts:
    return {**on(), "network": network_with(decode=0.6, step=0.5), "dataset": _pictures(2000)}


@data_cannot_feed.quiet_on
def few_small_pictures_and_a_tiny_network() -> Facts:
    return {**on(), "network": network_with(decode=0.0004, step=0.00002), "dataset": _pictures(2000)}


def _pictures(count: int) -> Dataset:
    return dataset_of([{"path": f"images/train/{n}.jpg", "split": "train"} for n in range(count)])
