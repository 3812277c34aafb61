"""What a setup asks of its loader: workers, batch, bytes of a picture, as far as its text tells."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from traindx.core.finding import Place
from traindx.core.setup import Setup

PREFETCH = 2
"""Batches that a worker has ready (torch's default); Ultralytics asks for 4."""
SIZES = ("RandomResizedCrop", "CenterCrop", "RandomCrop")


@dataclass(frozen=True)
class AskedLoader:
    """`item` is the bytes of one sample as it is handed over, None where its size is not known."""

    workers: int
    batch: int
    prefetch: int
    item: int | None
    place: Place

    @property
    def in_flight(self) -> int | None:
        """Bytes of all batches that workers may have ready at a time, which lie in shared memory."""
        return None if self.item is None else self.item * self.batch * self.workers * self.prefetch


def loaders_of(setup: Setup, processors: float) -> tuple[AskedLoader, ...]:
    """The loaders of the trainer's settings, which take no more workers than there are processors, or of the script's calls."""
    if setup.trainer:
        size, batch = _whole(setup.value("imgsz")), _whole(setup.value("batch"))
        workers = _whole(setup.value("workers"))
        if workers is None or batch is None or batch < 1:
            return ()
        capped = min(workers, int(processors), batch if batch > 1 else 0)  # as their build_dataloader does
        item = None if size is None else size * size * 3
        return (
            AskedLoader(capped, batch, 4 if setup.trainer == "ultralytics" else PREFETCH, item, setup.place("workers")),
        )
    found = []
    for call in setup.text.called("DataLoader"):
        workers, batch = _whole(call.get("num_workers", 5, 0)), _whole(call.get("batch_size", 1, 1))
        prefetch = _whole(call.get("prefetch_factor", default=PREFETCH)) or PREFETCH
        if workers is not None and batch is not None:
            place = setup.text.place(call, "num_workers")
            found.append(AskedLoader(workers, batch, prefetch, _item(setup), place))
    return tuple(found)


def _item(setup: Setup) -> int | None:
    """Three channels of float32 at the size that the script's transforms name last, where they name one."""
    sizes = [call.get("size", 0) for call in setup.text.called(*SIZES, "Resize")]
    known = [max(s) if isinstance(s, list) and s else s for s in sizes]
    whole = [s for s in known if isinstance(s, int) and not isinstance(s, bool)]
    return min(whole) ** 2 * 3 * 4 if whole else None


def _whole(value: Any) -> int | None:
    if isinstance(value, str) and re.fullmatch(r"\d+", value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
