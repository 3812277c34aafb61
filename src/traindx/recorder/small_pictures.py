"""Small copies of the pictures that the root is given, made where they lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

SAMPLES = 8
LEAST, MOST_CHANNELS = 4, 16
"""Pictures narrower than 4 pixels, or of more than 16 channels, are taken for something else."""


@dataclass(frozen=True)
class Small:
    """A copy [C, h, w]; a pixel is the mean of `factor` x `factor` (fewer at the right and lower edge), or one of them."""

    tensor: Any
    factor: int


def small_copies(torch: Any, given: Sequence[Any], side: int, *, sampled: bool = False) -> list[Small]:
    """Copies of the first pictures of a batch [[N, C, H, W]], or of a list of batches of one; none where it holds none.

    A picture with a side above `side` is averaged over squares of pixels; smaller ones are copied as they are. With
    `sampled` one pixel of each square is taken instead, which costs a small part of it.
    """
    found: list[Small] = []
    with torch.no_grad():
        for batch in given[:SAMPLES]:
            if batch.dim() != 4 or not 0 < batch.shape[1] <= MOST_CHANNELS or min(batch.shape[2:]) < LEAST:
                return []
            part = batch.detach()[: SAMPLES - len(found)]
            factor = -(-max(part.shape[2:]) // side)
            if factor > 1 and sampled:
                part = part[:, :, ::factor, ::factor].clone()
            elif factor > 1:
                part = torch.nn.functional.avg_pool2d(part.float(), factor, ceil_mode=True)
            found += [Small(picture, factor) for picture in (part if factor > 1 else part.clone())]
    return found
