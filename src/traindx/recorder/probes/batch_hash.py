"""A hash of the pictures that the root is given: the same batch served again, to another rank or in another epoch, has the
same."""

from __future__ import annotations

from typing import Any

import numpy as np

from traindx.recorder import measure
from traindx.recorder.contents import sequence
from traindx.recorder.probe import Arguments, Named, Probe

SAMPLES, SIDE = 256, 16
"""Samples that are hashed, and values of each along a dimension: a part evenly spread over the picture."""
BITS = 16
"""Bits that travel together: float32, in which numbers come from the device, is exact for them."""
MULTIPLIER, OFFSET = 6364136223846793005, 1442695040888963407
"""Knuth's constants of a linear congruential generator (The Art of Computer Programming 2, 3.3.4): weights of positions."""


class BatchHash(Probe):
    """Writes `batch` {hash, samples, distinct} into the step, of its first batch.

    The sum of the values' bits, each times a weight of its position, modulo 2**64: whole numbers, so that the order of
    the summands does not matter and every device finds the same. `distinct` counts the different samples.
    """

    on_recorded = ("forward",)

    def forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The root is called."""
        step, torch = self.seen.current, self.seen.torch
        if not step.recorded or "batch" in step.details:
            return
        pictures = given_pictures(torch, arguments, named)
        if not pictures:
            return
        with torch.no_grad():
            hashes = torch.cat([_hashes(torch, picture.detach()) for picture in pictures])
            parts = torch.stack([(hashes >> BITS * i) & (2**BITS - 1) for i in range(64 // BITS)], dim=1)
        samples = sum(len(p) for p in pictures) if len(pictures) == 1 else len(pictures)
        fields: dict[str, Any] = {"samples": samples}
        step.details["batch"] = fields
        step.slots.add_array(parts, self.contained(lambda values: fields.update(_joined(values))))


def given_pictures(torch: Any, arguments: Arguments, named: Named) -> list[Any]:
    """What the root is given: one batch [N, ...], or a list of pictures [C, H, W] each made to a batch of one."""
    for value in (*arguments, *named.values()):
        listed = sequence(value)
        if listed and all(measure.is_dense(torch, v) and v.dim() == 3 for v in listed):
            pictures = (measure.plain(torch, v) for v in listed[:SAMPLES])
            return [v[None] for v in pictures if measure.usable(torch, v, or_bytes=True)]
    first = measure.first_plain(torch, [*arguments, dict(named)])
    if first is None or first.dim() < 2 or not measure.usable(torch, first, or_bytes=True):
        return []
    return [first]


def _hashes(torch: Any, batch: Any) -> Any:
    """A number (int64) for each sample of [N, ...]."""
    part = batch[:SAMPLES]
    for dim in range(1, part.dim()):
        stride = max(1, -(-part.shape[dim] // SIDE))
        part = part[(slice(None),) * dim + (slice(None, None, stride),)]
    part = part.contiguous()
    size = part.element_size()
    bits = part.view({1: torch.uint8, 2: torch.int16, 4: torch.int32, 8: torch.int64}[size]).reshape(len(part), -1)
    weights = torch.arange(1, bits.shape[1] + 1, device=bits.device) * MULTIPLIER + OFFSET
    return (bits.long() * (weights ^ (weights >> 29))).sum(dim=1)


def _joined(values: Any) -> dict[str, Any]:
    """The hash of the batch from the parts of its samples': in order, so that another order is another batch."""
    parts = values.reshape(-1, 64 // BITS).astype(np.uint64) << np.arange(0, 64, BITS, dtype=np.uint64)
    samples = parts.sum(axis=1).tolist()
    whole = 0
    for number in samples:
        whole = (whole * MULTIPLIER + number + OFFSET) % 2**64
    return {"hash": f"{whole:016x}", "distinct": len(set(samples))}


def one_batch_of_pictures(torch: Any, arguments: Arguments, named: Named) -> Any:
    """The pictures [N, 3, h, w] that the root is given, two or more, grey ones as if they had colours; None where they are others,
    or lie in several tensors."""
    given = [p.detach() for p in given_pictures(torch, arguments, named) if p.dim() == 4]
    if len(given) != 1 or len(given[0]) < 2 or given[0].shape[1] not in (1, 3):
        return None
    return given[0].expand(-1, 3, -1, -1)
