"""Which picture files a dataset of the user's own opens, and other pixels in their place: Pillow, OpenCV, torchvision."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from traindx.inspect.augmenting.wanted import Pixels


class Opened:
    """`paths` are the real paths that were opened, in order; `instead` maps a real path to the pixels (RGB) that it gives.

    Installed once, before the user's code is imported, in a process that ends with the examination.
    """

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.instead: dict[str, Pixels] = {}

    def install(self) -> None:
        """Take the place of the functions that open pictures."""
        from PIL import Image

        self.exchange(Image, "open", Image.fromarray)
        try:
            import cv2

            self.exchange(cv2, "imread", reversed_channels)
        except ImportError:
            pass
        import torchvision

        for name in ("read_image", "decode_image"):
            self.exchange(torchvision.io, name, _tensor)

    def exchange(self, owner: Any, name: str, made: Callable[[Pixels], Any]) -> None:
        """Put a function in the place of `owner.name` that notes the path, and gives other pixels where there are some."""
        before = getattr(owner, name)

        def instead(path: Any, *given: Any, **named: Any) -> Any:
            if isinstance(path, (str, Path)):
                real = os.path.realpath(path)
                self.paths.append(real)
                if real in self.instead:
                    return made(self.instead[real].copy())
            return before(path, *given, **named)

        setattr(owner, name, instead)


def reversed_channels(pixels: Pixels) -> Pixels:
    """Blue first, as OpenCV reads."""
    return np.ascontiguousarray(pixels[:, :, ::-1])


def _tensor(pixels: Pixels) -> Any:
    import torch

    return torch.from_numpy(pixels.transpose(2, 0, 1).copy())
