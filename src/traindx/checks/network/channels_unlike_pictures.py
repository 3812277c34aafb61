"""M209: the first layer takes another number of channels than the pictures have."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.network import Network, NetworkLayer
from traindx.core.network_example import network_with
from traindx.core.small_dataset import dataset_of

CHANNELS = {"1": 1, "L": 1, "I;16": 1, "I": 1, "F": 1, "LA": 2, "RGB": 3, "YCbCr": 3, "P": 3, "RGBA": 4, "CMYK": 4}


@check("M209", level="warning", depth="quick")
def channels_unlike_pictures(dataset: Dataset, network: Network) -> Iterator[Finding | Measured]:
    """The first layer takes one channel and the pictures are in colour, or it takes a number that no usual loader gives.

    ## Why is this bad?
    The first forward pass ends with "expected input to have 1 channels, but got 3 channels", unless the loader converts.

    ## How to fix
    Build the first layer for three channels (`in_channels=3`, timm: `in_chans=3`), or convert: `transforms.Grayscale()`,
    `Image.open(path).convert("L")`. With Ultralytics write `channels: 1` into data.yaml.

    Usual loaders (torchvision's folders, OpenCV) give three channels of grey pictures too, so that three for grey ones is no
    fault, nor is one for grey ones where the own loader opens them as they are. A conversion in the own loader is not seen: a
    warning.
    """
    modes = dataset.images.mode[np.asarray(dataset.images.mode != "")]
    first = next((x for x in network.layers if x.has_matrix), None)
    if network.channels is None or not len(modes) or first is None or first.shape[1] != network.channels:
        raise NotEnough("the modes of the pictures or the channels of the network are not known")
    held = np.array([CHANNELS.get(str(mode), 3) for mode in modes])
    usual = int(np.bincount(held).argmax())
    yield Measured("channels that the network takes", network.channels, f"3, or the {usual} of the pictures")
    if network.channels in (3, usual):
        return
    share = float((held == usual).mean())
    text = f"{first.name} takes {network.channels} channels, {share:.0%} of the pictures have {usual}"
    yield Finding(
        network.place(first.name, setting="in_channels"), f"{text} (should be equal unless the loader converts)"
    )


def _facts(channels: int, mode: str) -> Facts:
    layers = (NetworkLayer("conv1", "Conv2d", (16, channels, 3, 3), 144 * channels, 144 * channels),)
    data = dataset_of([{"path": "a.png", "mode": mode}])
    return {"dataset": data, "network": network_with(channels=channels, layers=layers)}


@channels_unlike_pictures.fires_on
def one_channel_for_colour() -> Facts:
    return _facts(1, "RGB")


@channels_unlike_pictures.quiet_on
def three_channels_for_grey_pictures() -> Facts:
    return _facts(3, "L")


@channels_unlike_pictures.quiet_on
def one_channel_for_grey_pictures() -> Facts:
    return _facts(1, "L")
