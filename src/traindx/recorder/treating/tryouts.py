"""Trials of their own: the rate swept from step to step, the first batches again and again, batches of another size."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from traindx.core.treatment import Argument
from traindx.recorder import host
from traindx.recorder.batch_structure import cloned, samples_in, with_samples
from traindx.recorder.treater import Change, GroupTreater, Settings, Training, Treater

NEXT = (Change("torch.utils.data.dataloader", "_BaseDataLoaderIter.__next__", "next_batch"),)


class LrRange(GroupTreater):
    """The rate rises from `low` to `high` over `steps`, by the same factor each, in place of every schedule and warm-up.

    Groups keep the ratios with which the optimizer was made.
    """

    name = "lr_range"

    def __init__(self, training: Training, given: Mapping[str, Argument]) -> None:
        super().__init__(training, given)
        self._made: dict[int, float] = {}

    def before_step(self, optimizer: Any) -> None:
        """Note what the groups were made with, before they are changed for the first time."""
        for group in optimizer.param_groups:
            self._made.setdefault(id(group), float(group.get("initial_lr", group.get("lr", 0.0))))
        super().before_step(optimizer)

    def settings(self, optimizer: Any, group: Mapping[str, Any]) -> Settings:
        """The rate of this step, times the group's share of the largest."""
        low, high, steps = self.number("low"), self.number("high"), self.number("steps")
        rate = low * (high / low) ** (self.training.step / max(1.0, steps - 1))
        largest = max(self._made[id(g)] for g in optimizer.param_groups)
        return {"lr": rate * (self._made[id(group)] / largest if largest > 0 else 1.0)}


class FirstBatches(Treater):
    """Each loader that the training reads hands out its first batches again and again: as many as hold `samples`.

    They are copies of what it handed out first, so that the training may change what it is given.
    """

    name = "first_batches"
    changes = NEXT

    def __init__(self, training: Training, given: Mapping[str, Argument]) -> None:
        super().__init__(training, given)
        self._kept: dict[int, tuple[Any, list[Any]]] = {}
        self._served: dict[int, int] = {}

    def next_batch(self, original: Callable[..., Any], iterator: Any) -> Any:
        """The next batch; the loader goes on as it would, so that its epochs end when they did."""
        batch = original(iterator)
        if not self.torch.is_grad_enabled():
            return batch
        key = id(iterator._dataset)
        kept = self._kept.setdefault(key, (iterator._dataset, []))[1]
        if sum(samples_in(self.torch, b) for b in kept) < self.number("samples"):
            kept.append(cloned(self.torch, batch))
            self._say(kept)
            return batch
        number = self._served[key] = self._served.get(key, -1) + 1
        return cloned(self.torch, kept[number % len(kept)])

    def _say(self, kept: Sequence[Any]) -> None:
        samples = sum(samples_in(self.torch, batch) for batch in kept)
        self.training.session.seen.journal.event(
            "first_batches", self.training.step, samples=samples, batches=len(kept)
        )


class BatchOf(Treater):
    """The training's first batch with `samples` (0: as it is), repeated or cut, at every step; after each the peak of memory is
    written."""

    name = "batch_of"
    changes = NEXT

    def __init__(self, training: Training, given: Mapping[str, Argument]) -> None:
        super().__init__(training, given)
        self._first: Any = None
        self._own = 0

    def next_batch(self, original: Callable[..., Any], iterator: Any) -> Any:
        """The first batch, enlarged."""
        batch = original(iterator)
        if not self.torch.is_grad_enabled():
            return batch
        if self._first is None:
            self._first, self._own = cloned(self.torch, batch), samples_in(self.torch, batch)
        return with_samples(self.torch, self._first, self._own, self._samples)

    @property
    def _samples(self) -> int:
        return int(self.number("samples")) or self._own

    def after_step(self, optimizer: Any) -> bool:
        """Write the peak."""
        cuda = self.torch.cuda
        device = cuda.is_available() and cuda.is_initialized()
        fields: dict[str, Any] = {
            "host": host.peak_resident(),
            "own": self._own,
            "samples": self._samples,
        }
        if device:
            total = cuda.get_device_properties(cuda.current_device()).total_memory
            fields |= {"device": int(cuda.max_memory_reserved()), "device_memory": int(total)}
        self.training.session.seen.journal.event("peak_memory", self.training.step, **fields)
        return False
