"""Epochs by the word of a distributed sampler: `set_epoch`."""

from __future__ import annotations

from typing import Any

from traindx.recorder.logged import SAMPLER
from traindx.recorder.probe import Arguments, Named, Patch, Probe


class EpochsSampler(Probe):
    """Writes an `epoch` event where a sampler is told the number of the epoch that begins."""

    patches = (Patch("torch.utils.data.distributed", "DistributedSampler.set_epoch", before="told"),)

    def told(self, arguments: Arguments, named: Named) -> None:
        """`set_epoch(epoch)` is called."""
        number: Any = arguments[1] if len(arguments) > 1 else named.get("epoch")
        self.seen.logged.epoch(number, SAMPLER)
