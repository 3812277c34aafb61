"""How training batches are drawn: in which order, how many at once, by which workers, and from which classes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from traindx.core.treatment import Argument
from traindx.recorder.treater import Change, Training, Treater
from traindx.recorder.treating.classes import ITERATOR, labels_of

LOADER = Change("torch.utils.data.dataloader", "DataLoader.__init__", "make")


class OrderTreater(Treater):
    """A treater of the sampler of each loader that is passed over with gradients, when its first pass begins."""

    changes = (ITERATOR,)

    def begins(self, original: Callable[..., Any], iterator: Any, loader: Any, *args: Any, **kwargs: Any) -> Any:
        """A pass begins."""
        if self.torch.is_grad_enabled():
            sampler = None if loader.__dict__.get(f"_traindx_{self.name}") else self.sampler(loader)
            if sampler is not None:
                loader.__dict__[f"_traindx_{self.name}"] = True
                put_sampler(loader, sampler)
        return original(iterator, loader, *args, **kwargs)

    def sampler(self, loader: Any) -> Any | None:
        """The sampler that a loader is to have, None to leave it."""
        raise NotImplementedError

    def is_plain(self, loader: Any, name: str) -> bool:
        """Whether a loader draws by the sampler of torch that is called so."""
        return type(getattr(loader, "sampler", None)).__name__ == name

    def generator(self) -> Any:
        """A generator of the treater's own, begun by the seed of the process: the training's draws stay what they were."""
        return self.torch.Generator().manual_seed(self.torch.initial_seed() % 2**63)


def put_sampler(loader: Any, sampler: Any) -> None:
    """Have a loader draw by another sampler; torch forbids to assign it."""
    loader.__dict__["sampler"] = sampler
    batches = loader.batch_sampler
    if batches is not None and hasattr(batches, "sampler"):
        batches.sampler = sampler


class Shuffle(OrderTreater):
    """Training samples are drawn in a new random order in each epoch, where they came in the order of the dataset."""

    name = "shuffle"

    def sampler(self, loader: Any) -> Any | None:
        """A random sampler."""
        if not self.is_plain(loader, "SequentialSampler"):
            return None
        return self.torch.utils.data.RandomSampler(loader.dataset, generator=self.generator())


class SortByClass(OrderTreater):
    """Training samples come in the order of their classes, where the dataset tells them, else in its own order: as if its
    files were sorted, and nothing shuffled them."""

    name = "sort_by_class"

    def sampler(self, loader: Any) -> Any | None:
        """A sequential sampler, over the dataset put in order."""
        if not self.is_plain(loader, "RandomSampler"):
            return None
        data, labels = self.torch.utils.data, labels_of(self.torch, loader.dataset)
        if labels is not None and labels.dim() == 1:
            loader.__dict__["dataset"] = data.Subset(loader.dataset, self.torch.argsort(labels, stable=True).tolist())
        return data.SequentialSampler(loader.dataset)


class Oversample(OrderTreater):
    """As many samples as before, drawn with replacement so that each class is as likely as any other."""

    name = "oversample"

    def sampler(self, loader: Any) -> Any | None:
        """A weighted sampler."""
        labels = labels_of(self.torch, loader.dataset)
        if labels is None or labels.dim() != 1:
            return None
        counts = self.torch.bincount(labels.long()).double()
        sampler = self.torch.utils.data.WeightedRandomSampler
        return sampler(1 / counts[labels.long()], len(labels), generator=self.generator())


class Undersample(OrderTreater):
    """Of each class as many samples as the rarest has, drawn anew in each epoch."""

    name = "undersample"

    def sampler(self, loader: Any) -> Any | None:
        """A sampler of equal shares."""
        labels = labels_of(self.torch, loader.dataset)
        if labels is None or labels.dim() != 1:
            return None
        return EqualShares(self.torch, labels.long(), self.generator())


class EqualShares:
    """Draws as many samples of each class as the rarest class has, in random order."""

    def __init__(self, torch: Any, labels: Any, generator: Any) -> None:
        self._torch, self._generator = torch, generator
        self._members = [(labels == c).nonzero().flatten() for c in labels.unique()]
        self._each = min(len(m) for m in self._members)

    def __iter__(self) -> Iterator[int]:
        draw = self._torch.randperm
        parts = [m[draw(len(m), generator=self._generator)[: self._each]] for m in self._members]
        drawn = self._torch.cat(parts)
        return iter(drawn[draw(len(drawn), generator=self._generator)].tolist())

    def __len__(self) -> int:
        return self._each * len(self._members)


class ShareData(OrderTreater):
    """Each rank draws its own part of the samples, by torch's DistributedSampler, where a plain sampler gave all of them."""

    name = "share_data"

    def sampler(self, loader: Any) -> Any | None:
        """A distributed sampler."""
        distributed = self.torch.distributed
        random = self.is_plain(loader, "RandomSampler")
        if not (distributed.is_available() and distributed.is_initialized()):
            return None
        if not (random or self.is_plain(loader, "SequentialSampler")):
            return None
        return self.torch.utils.data.distributed.DistributedSampler(loader.dataset, shuffle=random)


class TellEpoch(Treater):
    """A sampler that can be told the epoch is told the number of the pass, where the training leaves it at the last one."""

    name = "tell_epoch"
    changes = (ITERATOR, Change("torch.utils.data.dataloader", "_BaseDataLoaderIter._reset", "begins"))

    def begins(self, original: Callable[..., Any], iterator: Any, loader: Any, *args: Any, **kwargs: Any) -> Any:
        """A pass begins."""
        sampler: Any = getattr(loader, "sampler", None)
        if hasattr(sampler, "set_epoch") and not getattr(iterator, "_traindx_told", False):
            passes = loader.__dict__["_traindx_passes"] = loader.__dict__.get("_traindx_passes", -1) + 1
            if getattr(sampler, "epoch", None) == loader.__dict__.get("_traindx_epoch", 0):
                sampler.set_epoch(passes)
            loader.__dict__["_traindx_epoch"] = getattr(sampler, "epoch", None)
            iterator._traindx_told = True
            try:
                return original(iterator, loader, *args, **kwargs)
            finally:
                iterator._traindx_told = False
        return original(iterator, loader, *args, **kwargs)


class DropLast(Treater):
    """The last batch of an epoch is left out where it is not full, in training."""

    name = "drop_last"
    changes = (ITERATOR,)

    def begins(self, original: Callable[..., Any], iterator: Any, loader: Any, *args: Any, **kwargs: Any) -> Any:
        """A pass begins."""
        batches = loader.batch_sampler
        size = getattr(batches, "batch_size", 0) or 0
        if self.torch.is_grad_enabled() and hasattr(batches, "drop_last") and len(loader.sampler) > size:
            batches.drop_last = True
            loader.__dict__["drop_last"] = True
        return original(iterator, loader, *args, **kwargs)


class LoaderTreater(Treater):
    """A treater of how loaders are made."""

    changes = (LOADER,)

    def make(self, original: Callable[..., None], loader: Any, dataset: Any, *args: Any, **kwargs: Any) -> None:
        """A loader is made."""
        names = ("batch_size", "shuffle", "sampler", "batch_sampler", "num_workers", "collate_fn")
        asked = dict(zip(names, args, strict=False))
        original(loader, dataset, *args[len(names) :], **self.settings({**asked, **kwargs}))

    def settings(self, asked: dict[str, Any]) -> dict[str, Any]:
        """The arguments that the loader is made with, by name."""
        raise NotImplementedError


class ScaleBatch(LoaderTreater):
    """Batches hold `factor` times as many samples, one at least. The run is cut after as many samples as without."""

    name = "scale_batch"

    def __init__(self, training: Training, given: Mapping[str, Argument]) -> None:
        super().__init__(training, given)
        training.lengthen(1 / self.number("factor"))

    def settings(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Another size."""
        if asked.get("batch_sampler") is not None or asked.get("batch_size", 1) is None:
            return asked
        return {**asked, "batch_size": max(1, round(asked.get("batch_size", 1) * self.number("factor")))}


class MoreWorkers(LoaderTreater):
    """Samples are prepared by this many worker processes at least."""

    name = "more_workers"

    def settings(self, asked: dict[str, Any]) -> dict[str, Any]:
        """More workers."""
        return {**asked, "num_workers": max(int(self.number("workers")), asked.get("num_workers") or 0)}
