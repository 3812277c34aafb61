"""Names of a dataset's pictures."""

from __future__ import annotations

from traindx.core.dataset import Dataset


def stems(dataset: Dataset) -> frozenset[str]:
    """The names of all pictures without folder and suffix."""
    return frozenset(str(path).rpartition("/")[2].rpartition(".")[0] for path in dataset.images.path)
