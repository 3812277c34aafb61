"""D419: files of one folder whose names differ by case alone."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Place
from traindx.core.row_findings import EVERY_ROW
from traindx.core.small_dataset import dataset_of


@check("D419", level="warning")
def file_names_differ_by_case(dataset: Dataset) -> Iterator[Finding | Measured]:
    """Two pictures of one folder have names that differ by case alone, such as A.jpg and a.jpg.

    ## Why is this bad?
    Windows and macOS keep one of them: unpacked or copied there, the set loses pictures or labels without a word.

    ## How to fix
    Rename one of them, and its label.
    """
    first: dict[str, str] = {}
    pairs = []
    every = "\n".join(dataset.images.path)
    for path in dict.fromkeys(dataset.images.path.tolist() if every.lower() != every else ()):
        other = first.setdefault(path.lower(), path)
        if other != path and other.rpartition("/")[0] == path.rpartition("/")[0]:
            pairs.append((other, path))
    yield Measured("pictures whose names differ by case alone", len(pairs), "0")
    for other, path in pairs[:EVERY_ROW]:
        yield Finding(Place(image=path), f"{path} and {other} are one file on Windows and macOS")


@file_names_differ_by_case.fires_on
def upper_and_lower_case() -> Facts:
    return {"dataset": dataset_of([{"path": "images/A.jpg"}, {"path": "images/a.jpg"}])}


@file_names_differ_by_case.quiet_on
def other_folders() -> Facts:
    return {"dataset": dataset_of([{"path": "x/a.jpg"}, {"path": "X/a.jpg"}, {"path": "x/a.jpg", "split": "val"}])}
