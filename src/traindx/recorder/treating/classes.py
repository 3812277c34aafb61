"""How often each class occurs: as the dataset of the training loader says, else as the targets so far do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from traindx.core.treatment import Argument
from traindx.recorder.treater import Change, Training, Treater

ITERATOR = Change("torch.utils.data.dataloader", "_BaseDataLoaderIter.__init__", "begins")


class ClassCounts(Treater):
    """A treater that knows the labels of the training set."""

    changes: ClassVar[tuple[Change, ...]] = (ITERATOR,)

    def __init__(self, training: Training, given: Mapping[str, Argument]) -> None:
        super().__init__(training, given)
        self._labels: Any = None
        self._seen: Any = None
        self._positives: tuple[Any, int] | None = None

    def begins(self, original: Callable[..., Any], iterator: Any, loader: Any, *args: Any, **kwargs: Any) -> Any:
        """A pass over a loader begins; with gradients it is one of training."""
        if self.torch.is_grad_enabled() and self._labels is None:
            self._labels = labels_of(self.torch, loader.dataset)
        return original(iterator, loader, *args, **kwargs)

    def counts(self, target: Any, classes: int) -> Any:
        """Samples by class, as floats."""
        labels = self._labels
        if labels is not None and labels.dim() == 1 and not labels.is_floating_point():
            known = labels[(labels >= 0) & (labels < classes)]
            return self.torch.bincount(known, minlength=classes).float()
        ids = target.detach().reshape(-1)
        found = self.torch.bincount(ids[(ids >= 0) & (ids < classes)].cpu(), minlength=classes).float()
        self._seen = found if self._seen is None or len(self._seen) != classes else self._seen + found
        return self._seen

    def positives(self, target: Any) -> tuple[Any, int]:
        """Positives by output, and how many targets of each output there are."""
        labels = self._labels
        if labels is not None and labels.shape[1:] == target.shape[1:]:
            return labels.float().sum(dim=0), len(labels)
        found, number = target.detach().float().sum(dim=0).cpu(), len(target)
        if self._positives is not None:
            found, number = found + self._positives[0], number + self._positives[1]
        self._positives = found, number
        return self._positives


def labels_of(torch: Any, dataset: Any, depth: int = 4) -> Any | None:
    """The labels of a dataset as a tensor, in its order: of `targets`, `labels` or a TensorDataset's last tensor, through
    subsets; None where none of these is there. Nothing is read from files."""
    if depth and hasattr(dataset, "indices") and hasattr(dataset, "dataset"):
        inner = labels_of(torch, dataset.dataset, depth - 1)
        return None if inner is None else inner[torch.as_tensor(list(dataset.indices))]
    if depth and type(dataset).__name__ == "ConcatDataset":
        parts = [labels_of(torch, part, depth - 1) for part in dataset.datasets]
        return None if any(p is None for p in parts) else torch.cat(parts)
    for name in ("targets", "labels", "tensors", "y"):
        value = getattr(dataset, name, None)
        value = value[-1] if name == "tensors" and value else value
        if value is None or callable(value):
            continue
        try:
            labels = torch.as_tensor(value)
        except (TypeError, ValueError, RuntimeError):
            continue
        if labels.dim() >= 1 and len(labels) == len(dataset):
            return labels.cpu()
    return None
